import { digestOf } from "../contract/candidate.ts";
import { releaseOf } from "../contract/execution.ts";
import type { GateError, MarkGoodAnswer, MarkGoodCall } from "../contract/gateCalls.ts";
import { admissionReport, admissionReportId, type EnvironmentItem, type Good } from "../contract/ledger.ts";
import { lineOf } from "../contract/text.ts";
import { findBuild } from "./approval.ts";
import type { GateContext } from "./context.ts";
import { thaw } from "./freeze.ts";
import { ledgerChanged, type Update } from "./ledger.ts";
import { isRedeploy } from "./rules.ts";

/**
 * Records last-known-good: a release that ECS's hook admitted in this very deployment and whose own smoke was green through the bake.
 * Throws NotGood where that isn't so, and LockLost.
 */
export async function markGood(context: GateContext, call: MarkGoodCall): Promise<MarkGoodAnswer> {
  const { settings, ledger } = context;
  const answer = { why: lineOf(call.smoke.why, 1000) };
  const environment = await ledger.environment(settings.ledger);
  const { good, unproven, deploying, holder, fence } = environment;
  if ([good, unproven].some((each) => each?.execution === call.execution)) return answer;
  if (holder !== call.execution || fence !== call.fence)
    throw failure("LockLost", `${holder ?? "nobody"} holds the lock now`);
  if (call.redrives > 0) throw failure("NotGood", "the execution was redriven");
  if (deploying?.execution !== call.execution || deploying.taskDefinition !== call.taskDefinition)
    throw failure("NotGood", `announced is ${deploying?.taskDefinition ?? "nothing"}, not ${call.taskDefinition}`);
  const report = await ledger.read(settings.ledger, admissionReportId(call.deployment), admissionReport);
  if (report?.admitted !== true || report.release !== releaseOf(call.execution))
    throw failure("NotGood", `ECS's hook did not admit ${releaseOf(call.execution)} in ${call.deployment}`);
  const isAdvisory = call.lane === "emergency" && deploying.smoke === "advisory";
  const isGreen = call.smoke.verdict === "green" && report.verdict !== "red";
  if (!isGreen && !isAdvisory) {
    const reading =
      report.verdict === "red"
        ? `the admission smoke was red: ${report.why}`
        : `the last smoke was ${call.smoke.verdict}: ${call.smoke.why}`;
    throw failure("NotGood", reading);
  }

  const release = await readRelease(context, call, environment);
  const write = isGreen ? recordGood : recordUnproven;
  if (!(await ledger.update(settings.ledger, "environment", write(context, call, environment, release))))
    throw ledgerChanged("the environment's item changed");
  return answer;
}

const underLock = ({ execution, fence }: MarkGoodCall) => ({
  condition: "#holder = :me AND #fence = :fence",
  values: { ":me": execution, ":fence": fence },
});

function recordGood(
  { settings }: GateContext,
  call: MarkGoodCall,
  environment: EnvironmentItem,
  release: Good,
): Update {
  const { good } = environment;
  const isEmergency = call.lane === "emergency";
  const keepsHotfix = isEmergency || isRedeploy(release, good);
  const write = {
    ...underLock(call),
    set: {
      good: release,
      previous: good ?? null,
      ...(isEmergency && settings.gate ? { mustContain: release.commit } : {}),
    },
    remove: ["unproven", ...(keepsHotfix ? [] : ["mustContain"])],
  };
  // Only an emergency can have met a freeze.
  return thaw(write, environment, call.frozenSince);
}

/** It stays, as the emergency asked, and main must contain it; but there is nothing to go back to in it. */
const recordUnproven = (
  { settings }: GateContext,
  call: MarkGoodCall,
  _environment: EnvironmentItem,
  release: Good,
): Update => ({
  ...underLock(call),
  set: { unproven: release, ...(settings.gate ? { mustContain: release.commit } : {}) },
});

async function readRelease(context: GateContext, call: MarkGoodCall, { good }: EnvironmentItem): Promise<Good> {
  const build = await findBuild(context, call);
  if (!build) throw failure("NotGood", "the execution's input can't be read");
  const isEmergency = call.lane === "emergency";
  const same = isRedeploy(build, good) ? good : undefined;
  return {
    ...build,
    // A hotfix's branch has a count of its own; main's next candidate must not seem older than it.
    sequence: isEmergency ? Math.min(build.sequence, good?.sequence ?? build.sequence) : (same ?? build).sequence,
    execution: call.execution,
    taskDefinition: call.taskDefinition,
    release: releaseOf(call.execution),
    digest: digestOf(build.image),
    since: new Date(call.now).toISOString(),
    hotfix: isEmergency || same?.hotfix === true,
  };
}

const failure = (name: GateError, message: string): Error => Object.assign(new Error(`gate: ${message}`), { name });
