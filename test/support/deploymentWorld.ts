import type { DeploymentCall } from "../../contract/deploymentCalls.ts";
import { type DeploymentAnswers, decide } from "../../deployment/decide.ts";
import type { PlannedCall, Reply } from "../../deployment/plan.ts";
import { advance } from "../../emulator/ecs/advance.ts";
import type { EcsEffect, EcsEvent, Happening } from "../../emulator/ecs/events.ts";
import { awsLike } from "../../emulator/ecs/settings.ts";
import { type EcsState, emptyEcs } from "../../emulator/ecs/state.ts";
import { admissionHook, type HookStory } from "../deployment/support/hook.ts";
import { pureLedger } from "../deployment/support/ledger.ts";
import { productionListener } from "../deployment/support/listener.ts";
import { alarm, settings, shop, variableOf } from "./shop.ts";

export interface WorldArgs {
  /** By COMMIT of the revision it judges. Default green. */
  hook?(commit: string): HookStory;
  /** Whether a task with this COMMIT ends before it is healthy. */
  crashes?(commit: string): boolean;
  /** Whether the application names its release. Default true. */
  namesRelease?: boolean;
  /** What it writes to its log. */
  log?: string[];
}

interface AwsCall {
  action: string;
  input: object;
}

/**
 * The pure ECS and the pure ledger on virtual time, with a listener, and the room's decisions run against them, without handlers or
 * sockets.
 */
export function deploymentWorld({ hook = () => "green", crashes, namesRelease = true, log = [] }: WorldArgs = {}) {
  let now = Date.UTC(2026, 10, 23);
  let ecs = emptyEcs({ region: "eu-central-1", account: "111122223333", settings: awsLike });
  let agenda: EcsEvent[] = [];
  const ledger = pureLedger();
  const admission = admissionHook(hook, ledger);
  const listener = productionListener(namesRelease);
  const broken = new Set<string>();
  const requests: AwsCall[] = [];
  let outage: (call: AwsCall) => { name: string; message: string } | undefined = () => undefined;

  function happen(event: Happening): EcsEffect[] {
    const advanced = advance(ecs, { ...event, at: now });
    ecs = advanced.state;
    for (const effect of advanced.effects) follow(effect);
    return advanced.effects;
  }

  function follow(effect: EcsEffect): void {
    const after = (seconds: number, event: Happening) => agenda.push({ ...event, at: now + seconds * 1000 });
    const stop = (task: string, exitCode: number, reason: string): Happening => ({
      type: "taskStopped",
      task,
      exitCode,
      reason,
    });
    if (effect.type === "timer") agenda.push(effect);
    if (effect.type === "weights") listener.setWeights(effect.rule, effect.weights);
    if (effect.type === "stopTask") after(30, stop(effect.task, 0, "Scaling activity"));
    if (effect.type === "startTask") {
      const { task, container } = effect;
      const { COMMIT = "" } = container.environment;
      after(1, { type: "taskRunning", task });
      if (crashes?.(COMMIT) || broken.has(COMMIT)) after(3, stop(task, 1, "Essential container exited"));
      else after(10, { type: "taskHealth", task, healthy: true });
    }
    if (effect.type === "invokeHook") {
      const told = admission(ecs, effect.payload, now);
      if (told) after(5, { type: "hookAnswered", hook: effect.hook, ...told });
    }
  }

  /** One call, as the models answer it. */
  function answer({ action, input }: AwsCall): Reply {
    requests.push({ action, input });
    const error = outage({ action, input });
    if (error) return { error };
    if (action.endsWith("Item")) return ledger.answer(action, input);
    if (action === "Probe") return { output: listener.answer(ecs) };
    if (action === "GetLogEvents") return { output: { events: log.map((message) => ({ message })) } };
    const reply = askEcs(action, input);
    return "output" in reply && action === "DescribeServiceDeployments" ? freezeCounts(reply.output) : reply;
  }

  function askEcs(action: string, input: object): Reply {
    const reply = happen({ type: "call", action, input }).find((effect) => effect.type === "reply");
    if (!reply) throw new Error(`ECS didn't answer ${action}`);
    if ("output" in reply) return { output: reply.output };
    return { error: { name: reply.error.code, message: reply.error.message } };
  }

  /** AWS keeps the counts of a closed deployment's end, the model shows those of now. */
  function freezeCounts(output: unknown): Reply {
    const described = JSON.parse(JSON.stringify(output));
    for (const { finishedAt, targetServiceRevision } of described.serviceDeployments)
      if (finishedAt) targetServiceRevision.runningTaskCount = targetServiceRevision.requestedTaskCount;
    return { output: described };
  }

  /** Lets cloud time pass; what is due happens in order. */
  function pass(seconds: number): void {
    const until = now + seconds * 1000;
    for (;;) {
      agenda = agenda.toSorted((one, other) => one.at - other.at);
      const next = agenda[0];
      if (!next || next.at > until) break;
      agenda = agenda.slice(1);
      now = Math.max(now, next.at);
      happen(next);
    }
    now = until;
  }

  /** Runs an action to its answer; `between` is called before each call, and may throw to lose the rest. */
  function run<Action extends DeploymentCall["action"]>(
    call: Extract<DeploymentCall, { action: Action }>,
    between: (request: PlannedCall) => void = () => {},
  ): DeploymentAnswers[Action] {
    const replies: Reply[] = [];
    for (;;) {
      const step = decide(settings, call, replies);
      if ("answer" in step) return step.answer as DeploymentAnswers[Action];
      between(step.request);
      replies.push(answer(step.request));
    }
  }

  happen({ type: "stackCreated", graph: shop });

  return {
    now: () => now,
    run,
    pass,
    answer,
    item: ledger.item,
    write: ledger.write,
    requests,
    /** Inputs of the calls with this name so far. */
    made: (action: string) => requests.filter((each) => each.action === action).map(({ input }) => input),
    /** Task definitions that ECS was made to deploy, oldest first. */
    deployed: () => Object.values(ecs.deployments).map((each) => ecs.revisions[each.own.target]?.taskDefinition),
    /** Release that users get; `null` where nobody answers. */
    serves: () => listener.answer(ecs).release,
    divertUsers: listener.divert,
    answerAs: listener.answerAs,
    /** Somebody changes the service by hand in a way that starts no deployment. */
    changeService: (change: (service: EcsState["services"][string]) => void) => {
      ecs = JSON.parse(JSON.stringify(ecs));
      Object.values(ecs.services).forEach(change);
    },
    /** ECS shows a deployment otherwise than the model. */
    changeDeployment: (arn: string, change: Partial<EcsState["deployments"][string]>) => {
      ecs = { ...ecs, deployments: { ...ecs.deployments, [arn]: { ...ecs.deployments[arn]!, ...change } } };
    },
    raiseAlarm: () => happen({ type: "alarm", name: alarm, state: "ALARM" }),
    /** From now on no task of this commit lives for long. */
    breakCommit: (commit: string) => {
      broken.add(commit);
      for (const [task, { revision }] of Object.entries(ecs.tasks)) {
        const { taskDefinition = "" } = ecs.revisions[revision] ?? {};
        if (variableOf({ ...ecs.taskDefinitions[taskDefinition] }, "COMMIT") === commit)
          happen({ type: "taskStopped", task, exitCode: 137, reason: "OutOfMemoryError" });
      }
    },
    /** From now on the calls for which it names an error get that. */
    fail: (given: typeof outage) => {
      outage = given;
    },
    /** ECS's memory of deployments reaches back 90 days. */
    forgetDeployments: () => {
      ecs = { ...ecs, deployments: {} };
    },
  };
}

export type World = ReturnType<typeof deploymentWorld>;
