import type { GateError, MarkGoodAnswer, MarkGoodCall } from "../contract/calls.ts";
import { type Build, buildOf, digestOf } from "../contract/candidate.ts";
import { nameOf, releaseOf } from "../contract/execution.ts";
import { readInput } from "../contract/input.ts";
import { admissionReport, admissionReportId, type EnvironmentItem, type Good } from "../contract/ledger.ts";
import { approvalId, approvalItem } from "../contract/question.ts";
import { lineOf } from "../contract/text.ts";
import type { Caller, GateContext } from "./context.ts";
import type { Update } from "./ledger.ts";
import { frozenSinceOf, isRedeploy } from "./rules.ts";

/**
 * Records last-known-good: a release that ECS's hook admitted in this very deployment and whose own smoke was green through the bake.
 * Throws NotGood where that isn't so, and LockLost.
 */
export async function markGood(context: GateContext, call: MarkGoodCall): Promise<MarkGoodAnswer> {
  const { settings, ledger } = context;
  const environment = await ledger.environment(settings.ledger);
  if (environment.good?.execution === call.execution || environment.unproven?.execution === call.execution)
    return { why: lineOf(call.smoke.why, 1000) };
  const { deploying } = environment;
  if (environment.holder !== call.execution || environment.fence !== call.fence)
    throw failure("LockLost", `${environment.holder ?? "nobody"} holds the lock now`);
  if (call.redrives > 0) throw failure("NotGood", "the execution was redriven");
  if (deploying?.execution !== call.execution || deploying.taskDefinition !== call.taskDefinition)
    throw failure("NotGood", `announced is ${deploying?.taskDefinition ?? "nothing"}, not ${call.taskDefinition}`);
  const report = await ledger.read(settings.ledger, admissionReportId(call.deployment), admissionReport);
  if (report?.admitted !== true || report.release !== releaseOf(call.execution))
    throw failure("NotGood", `ECS's hook did not admit ${releaseOf(call.execution)} in ${call.deployment}`);
  const advisory = call.lane === "emergency" && deploying.smoke === "advisory";
  const isGreen = call.smoke.verdict === "green" && report.verdict !== "red";
  if (!isGreen && !advisory) throw failure("NotGood", `the last smoke was ${call.smoke.verdict}: ${call.smoke.why}`);

  const release = await goodOf(context, call, environment);
  const marked = await ledger.update(
    settings.ledger,
    "environment",
    isGreen ? whenGreen(context, call, environment, release) : whenUnproven(context, call, release),
  );
  if (!marked) throw failure("LockLost", "the lock changed hands in this moment");
  return { why: lineOf(call.smoke.why, 1000) };
}

const held = ({ execution, fence }: MarkGoodCall) => ({
  condition: "#holder = :me AND #fence = :fence",
  values: { ":me": execution, ":fence": fence },
});

/** A freeze that an emergency met is over once it is green; one that was set meanwhile stays. */
function whenGreen({ settings }: GateContext, call: MarkGoodCall, environment: EnvironmentItem, release: Good): Update {
  const { good } = environment;
  const isEmergency = call.lane === "emergency";
  const since = frozenSinceOf(environment);
  const thaws = isEmergency && since !== null && since === call.frozenSince;
  const keepsHotfix = isRedeploy(release, good);
  return {
    ...held(call),
    set: {
      good: release,
      previous: good ?? null,
      ...(isEmergency && settings.gate ? { mustContain: release.commit } : {}),
    },
    remove: ["unproven", ...(thaws ? ["frozen"] : []), ...(isEmergency || keepsHotfix ? [] : ["mustContain"])],
  };
}

/** It stays, as the emergency asked, and main must contain it; but there is nothing to go back to in it. */
const whenUnproven = ({ settings }: GateContext, call: MarkGoodCall, release: Good): Update => ({
  ...held(call),
  set: { unproven: release, ...(settings.gate ? { mustContain: release.commit } : {}) },
});

async function goodOf(context: GateContext, call: MarkGoodCall, { good }: EnvironmentItem): Promise<Good> {
  const build = await buildUnderWay(context, call);
  const isEmergency = call.lane === "emergency";
  return {
    ...build,
    // A hotfix's branch has a count of its own; main's next candidate must not seem older than it.
    sequence: isEmergency ? Math.min(build.sequence, good?.sequence ?? build.sequence) : build.sequence,
    execution: call.execution,
    taskDefinition: call.taskDefinition,
    release: releaseOf(call.execution),
    digest: digestOf(build.image),
    since: new Date(call.now).toISOString(),
    hotfix: isEmergency || (isRedeploy(build, good) && good.hotfix),
  };
}

/** What is known of the release: from what the operators were shown where there is a gate, else from the input, which was read before. */
export async function buildUnderWay({ settings, ledger }: GateContext, call: Caller): Promise<Build> {
  if (settings.gate && call.lane === "release") {
    const item = await ledger.read(settings.ledger, approvalId(nameOf(call.execution)), approvalItem);
    if (item?.question.execution === call.execution) return item.question.build;
    throw failure("NotGood", "no question to the operators is stored for it");
  }
  const read = readInput(call.lane === "emergency" ? "emergency" : "release", false, call.input);
  if ("problems" in read) throw failure("NotGood", read.problems);
  return buildOf(read.input.candidate);
}

const failure = (name: GateError, message: string): Error => Object.assign(new Error(`gate: ${message}`), { name });
