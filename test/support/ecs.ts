import type {
  DescribeServiceDeploymentsResponse,
  DescribeServicesResponse,
  UpdateServiceResponse,
} from "@aws-sdk/client-ecs";
import { advance } from "../../emulator/ecs/advance.ts";
import type { EcsEffect, EcsEvent, Happening, HookPayload } from "../../emulator/ecs/events.ts";
import { awsLike, type EcsSettings } from "../../emulator/ecs/settings.ts";
import { emptyEcs } from "../../emulator/ecs/state.ts";
import { blue, type EcsGraphArgs, ecsGraph, green, productionRule } from "./ecsGraph.ts";

export interface EcsWorldArgs extends EcsGraphArgs {
  settings?: Partial<EcsSettings>;
  /** What the hook's function returns; `undefined` = it threw. Default: it admits everything. */
  hook?: (payload: HookPayload) => unknown;
  /** Seconds from its call to its answer. Default: 1. */
  hookSeconds?: number;
  /** Why Lambda would not invoke it, if it would not. */
  denied?: (payload: HookPayload) => string | undefined;
}

/** The target groups' deregistration delay, in milliseconds. */
const drain = 30_000;

/** One service on an ECS of its own, in virtual time. Images named `crash…` end at boot; all others are healthy 8 s after their start. */
export class EcsWorld {
  now = Date.parse("2026-11-23T10:00:00Z");
  state = emptyEcs({ region: "eu-central-1", account: "123456789012", settings: awsLike });
  /** In order: `status stage` of deployments, and where rules point from then on. */
  readonly story: string[] = [];
  readonly hookCalls: HookPayload[] = [];
  /** Where users go: the production rule's weights as the balancer has them. */
  production: Record<string, number> = { [blue]: 100, [green]: 0 };
  readonly tasks = new Map<string, { image: string; group: string; healthy: boolean }>();
  readonly #args: EcsWorldArgs;
  readonly #queue: EcsEvent[] = [];
  readonly #told = new Map<string, string>();

  constructor(args: EcsWorldArgs = {}) {
    this.state.settings = { ...awsLike, ...args.settings };
    this.#args = args;
    this.send({ type: "stackCreated", graph: ecsGraph(args) });
  }

  /** An API call, answered at once. Throws `<code>: <message>`. */
  call<Output>(action: string, input: unknown): Output {
    const reply = this.send({ type: "call", action, input }).find((effect) => effect.type === "reply");
    if (reply === undefined) throw new Error(`${action} was not answered`);
    if ("error" in reply) throw new Error(`${reply.error.code}: ${reply.error.message}`);
    return JSON.parse(JSON.stringify(reply.output));
  }

  /** Registers a revision with this image and returns its ARN. */
  register(image: string): string {
    const containerDefinitions = [{ name: "app", image, portMappings: [{ containerPort: 8080 }] }];
    const input = { family: "shop", containerDefinitions };
    const { taskDefinition } = this.call<{ taskDefinition: { taskDefinitionArn: string } }>(
      "RegisterTaskDefinition",
      input,
    );
    return taskDefinition.taskDefinitionArn;
  }

  /** Asks for a release of `image` and returns the ARN of the service deployment. */
  deploy(image: string): string {
    const input = { cluster: "dev", service: "shop", taskDefinition: this.register(image), desiredCount: 2 };
    return this.call<UpdateServiceResponse>("UpdateService", input).service?.currentServiceDeployment ?? "";
  }

  /** As `deploy`, to its end. */
  release(image: string): string {
    const arn = this.deploy(image);
    this.run(() => this.deployment(arn).finishedAt !== undefined);
    return arn;
  }

  deployment(arn: string) {
    const input = { serviceDeploymentArns: [arn] };
    return this.call<DescribeServiceDeploymentsResponse>("DescribeServiceDeployments", input).serviceDeployments![0]!;
  }

  service() {
    const input = { cluster: "dev", services: ["shop"] };
    return this.call<DescribeServicesResponse>("DescribeServices", input).services![0]!;
  }

  /** Lets events come until `done`, or until none is left. */
  run(done?: () => boolean): void {
    for (let events = 0; !done?.(); events += 1) {
      if (events > 5_000) throw new Error(`5000 events and no end; the last: ${this.story.slice(-5).join(", ")}`);
      const next = this.#queue.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) {
        if (done) throw new Error(`nothing happens any more; so far: ${this.story.join(", ")}`);
        return;
      }
      this.#queue.splice(this.#queue.indexOf(next), 1);
      this.now = next.at;
      this.send(next);
    }
  }

  runUntilStage(arn: string, stage: string): void {
    this.run(() => this.deployment(arn).lifecycleStage === stage);
  }

  /** The images that users meet now. Empty means 503. */
  users(): string[] {
    const served = [...this.tasks.values()].filter(
      ({ group, healthy }) => healthy && (this.production[group] ?? 0) > 0,
    );
    return [...new Set(served.map(({ image }) => image))].sort();
  }

  /** Ends a task's process without anybody having asked for it. */
  crash(image: string): void {
    const [task] = [...this.tasks].find(([, each]) => each.image === image) ?? [];
    if (task === undefined) throw new Error(`no task runs ${image}`);
    this.send({ type: "taskStopped", task, exitCode: 137, reason: "OutOfMemoryError" });
  }

  /** What a rule says from now on: ECS's wish come into force, or somebody else's. */
  setWeights(rule: string, weights: Record<string, number>): void {
    if (rule === productionRule) this.production = weights;
    this.story.push(`${rule} → ${weights[green] === 100 ? "green" : "blue"}`);
  }

  /** Something happens now. Returns what it makes ECS do. */
  send(event: Happening): EcsEffect[] {
    const task = event.type === "taskHealth" && event.healthy ? this.tasks.get(event.task) : undefined;
    if (task) task.healthy = true;
    if (event.type === "taskStopped") this.tasks.delete(event.task);
    const { state, effects } = advance(this.state, { ...event, at: this.now });
    this.state = frozen(JSON.parse(JSON.stringify(state)));
    for (const { serviceDeploymentArn: arn, status, lifecycleStage } of Object.values(state.deployments)) {
      const line = lifecycleStage === undefined ? status : `${status} ${lifecycleStage}`;
      if (this.#told.get(arn) !== line) this.story.push(line);
      this.#told.set(arn, line);
    }
    for (const effect of effects) this.#perform(effect);
    return effects;
  }

  #later(milliseconds: number, event: Happening): void {
    this.#queue.push({ ...event, at: this.now + milliseconds });
  }

  #perform(effect: EcsEffect): void {
    switch (effect.type) {
      case "timer":
        this.#later(effect.at - this.now, { type: "timer" });
        break;
      case "weights":
        this.setWeights(effect.rule, effect.weights);
        break;
      case "invokeHook": {
        const { hook, payload } = effect;
        this.hookCalls.push(payload);
        const { hook: answers = () => ({ hookStatus: "SUCCEEDED" }), hookSeconds = 1, denied } = this.#args;
        const notInvoked = denied?.(payload);
        const told = notInvoked === undefined ? { answer: answers(payload) } : { notInvoked };
        this.#later(hookSeconds * 1000, { type: "hookAnswered", hook, ...told });
        break;
      }
      case "startTask":
        this.#boot(effect.task, effect.container.image, effect.targetGroup);
        break;
      case "stopTask": {
        const task = this.tasks.get(effect.task);
        if (!task) throw new Error(`${effect.task} was told to stop and has never started`);
        task.healthy = false;
        this.#later(drain, { type: "taskStopped", task: effect.task, exitCode: 0, reason: "SIGTERM" });
        break;
      }
    }
  }

  #boot(task: string, image: string, group: string): void {
    this.tasks.set(task, { image, group, healthy: false });
    if (image.startsWith("crash")) {
      this.#later(2_000, { type: "taskStopped", task, exitCode: 1, reason: "Essential container exited" });
      return;
    }
    this.#later(3_000, { type: "taskRunning", task });
    this.#later(8_000, { type: "taskHealth", task, healthy: true });
  }
}

/** Plain JSON that throws when somebody changes it: `advance` must leave the state it is given alone. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
