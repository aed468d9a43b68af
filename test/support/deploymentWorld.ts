import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { type Answers, decide } from "../../deployment/decide.ts";
import type { Reply, Request } from "../../deployment/plan.ts";
import type { Settings } from "../../deployment/settings.ts";
import { AwsError } from "../../emulator/awsError.ts";
import { apply, type Tables } from "../../emulator/dynamodb/apply.ts";
import { advance } from "../../emulator/ecs/advance.ts";
import type { EcsEffect, EcsEvent, Happening } from "../../emulator/ecs/events.ts";
import { awsLike } from "../../emulator/ecs/settings.ts";
import { emptyEcs } from "../../emulator/ecs/state.ts";
import type { DeploymentCall, LookAnswer } from "../../stateMachine/calls.ts";
import { commitOf, productionRule, shop } from "./shop.ts";

export const settings: Settings = { LEDGER: "ledger", CLUSTER: "shop", SERVICE: "shop", FAMILY: "shop", TASKS: 2 };

export interface WorldArgs {
  /** What the hook finds, by COMMIT of the revision it judges; `null` crashes it. Default green. */
  hook?(commit: string): "green" | "red" | "held" | null;
  /** Whether a task with this COMMIT ends before it is healthy. */
  crashes?(commit: string): boolean;
}

/** The pure ECS and the pure ledger on virtual time, and the room's decisions run against them, without handlers or sockets. */
export function deploymentWorld({ hook = () => "green", crashes = () => false }: WorldArgs = {}) {
  let now = Date.UTC(2026, 10, 23);
  let ecs = emptyEcs({ region: "eu-central-1", account: "111122223333", settings: awsLike });
  let tables: Tables = { ledger: { key: "id", items: {} } };
  let agenda: EcsEvent[] = [];
  let production = "";
  const requests: { action: string; input: unknown }[] = [];

  function happen(event: Happening): EcsEffect[] {
    const advanced = advance(ecs, { ...event, at: now });
    ecs = advanced.state;
    for (const effect of advanced.effects) follow(effect);
    return advanced.effects;
  }

  function follow(effect: EcsEffect): void {
    const soon = (seconds: number) => now + seconds * 1000;
    if (effect.type === "timer") agenda.push(effect);
    if (effect.type === "weights" && effect.rule === productionRule) {
      production = Object.entries(effect.weights).find(([, weight]) => weight === 100)?.[0] ?? "";
    }
    if (effect.type === "stopTask") {
      agenda.push({ type: "taskStopped", task: effect.task, exitCode: 0, reason: "", at: soon(30) });
    }
    if (effect.type === "startTask") {
      const { task } = effect;
      agenda.push({ type: "taskRunning", task, at: soon(1) });
      if (crashes(effect.container.environment.COMMIT ?? "")) {
        agenda.push({ type: "taskStopped", task, exitCode: 1, reason: "Essential container exited", at: soon(3) });
      } else agenda.push({ type: "taskHealth", task, healthy: true, at: soon(10) });
    }
    if (effect.type === "invokeHook") {
      const revision = ecs.revisions[effect.payload.executionDetails.targetServiceRevisionArn];
      const { taskDefinition = "" } = revision ?? {};
      const verdict = hook(commitOf({ ...ecs.taskDefinitions[taskDefinition] }));
      const { deploying } = item("environment") ?? {};
      const advisory = deploying?.smoke === "advisory" && deploying.taskDefinition === taskDefinition;
      if (verdict) write({ id: `smoke#${effect.payload.resourceArn}`, verdict, why: `the smoke is ${verdict}` });
      const hookStatus = verdict === "green" || (verdict && advisory) ? "SUCCEEDED" : "FAILED";
      const answer = verdict ? { answer: { hookStatus } } : {};
      agenda.push({ type: "hookAnswered", hook: effect.hook, ...answer, at: soon(5) });
    }
  }

  function item(id: string) {
    const { output } = apply(tables, "GetItem", { TableName: "ledger", Key: { id: { S: id } } });
    return "Item" in output ? unmarshall(output.Item as Parameters<typeof unmarshall>[0]) : undefined;
  }

  function write(given: object): void {
    tables = apply(tables, "PutItem", { TableName: "ledger", Item: marshall(given) }).tables;
  }

  /** One AWS call, as the models answer it. */
  function answer({ action, input }: { action: string; input: object }): Reply {
    requests.push({ action, input });
    if (action.endsWith("Item")) {
      try {
        const applied = apply(tables, action, input);
        tables = applied.tables;
        return { output: applied.output };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return { error: { name: error.code, message: error.message } };
      }
    }
    const reply = happen({ type: "call", action, input }).find((effect) => effect.type === "reply");
    if (!reply) throw new Error(`ECS didn't answer ${action}`);
    return "error" in reply
      ? { error: { name: reply.error.code, message: reply.error.message } }
      : { output: reply.output };
  }

  /** Lets cloud time pass; what is due happens in order. */
  function pass(seconds: number): void {
    const until = now + seconds * 1000;
    for (;;) {
      agenda = agenda.toSorted((a, b) => a.at - b.at);
      const next = agenda[0];
      if (!next || next.at > until) break;
      agenda = agenda.slice(1);
      now = Math.max(now, next.at);
      happen(next);
    }
    now = until;
  }

  /** Runs an action to its answer; `between` is called before each AWS call, and may throw to lose the rest. */
  function run<Action extends DeploymentCall["action"]>(
    call: Extract<DeploymentCall, { action: Action }>,
    between: (request: Request) => void = () => {},
  ): Answers[Action] {
    const seen: Reply[] = [];
    for (;;) {
      const step = decide(settings, call, seen);
      if ("answer" in step) return step.answer as Answers[Action];
      between(step.request);
      seen.push(answer(step.request));
    }
  }

  happen({ type: "stackCreated", graph: shop });

  return {
    run,
    pass,
    answer,
    item,
    write,
    requests,
    /** Calls with this name so far. */
    made: (action: string) => requests.filter((request) => request.action === action),
    /** Task definitions that ECS was made to deploy, oldest first. */
    deployed: () => Object.values(ecs.deployments).map((each) => ecs.revisions[each.own.target]?.taskDefinition),
    /** COMMIT of what users get. */
    serves() {
      const colour = Object.values(ecs.revisions).filter((each) => each.own.colour === production);
      const serving = colour.findLast((each) => each.own.requested > 0)?.taskDefinition ?? "";
      return commitOf({ ...ecs.taskDefinitions[serving] });
    },
    /** ECS's memory of deployments reaches back 90 days. */
    forgetDeployments() {
      ecs = { ...ecs, deployments: {} };
    },
    /** Polls `look` until it says one of these stages; 10 minutes at most. */
    lookUntil(taskDefinition: string, ...stages: LookAnswer["stage"][]): LookAnswer {
      for (let polls = 0; polls < 120; polls++) {
        const looked = run({ action: "look", taskDefinition });
        if (stages.includes(looked.stage)) return looked;
        pass(5);
      }
      throw new Error(`not ${stages.join(" or ")} within 10 minutes`);
    },
  };
}

export type World = ReturnType<typeof deploymentWorld>;
