import type {
  DescribeServiceDeploymentsResponse,
  DescribeServicesResponse,
  UpdateServiceResponse,
} from "@aws-sdk/client-ecs";
import { advance } from "../../local/ecs/advance.ts";
import type { EcsEffect, EcsEvent, HookPayload } from "../../local/ecs/events.ts";
import { awsLike, type EcsSettings } from "../../local/ecs/settings.ts";
import { setupEvents } from "../../local/ecs/setup.ts";
import { emptyEcs } from "../../local/ecs/state.ts";
import { blue, type EcsGraphArgs, ecsGraph, green, productionRule } from "./ecsGraph.ts";

export interface EcsWorldArgs extends EcsGraphArgs {
  settings?: Partial<EcsSettings>;
  /** What the hook's function returns; `undefined` = it threw. Default: it admits everything. */
  hook?: (payload: HookPayload) => unknown;
}

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
  readonly #hook: (payload: HookPayload) => unknown;
  readonly #queue: EcsEvent[] = [];
  readonly #replies = new Map<string, Extract<EcsEffect, { type: "reply" }>>();
  #calls = 0;
  readonly #told = new Map<string, string>();

  constructor(args: EcsWorldArgs = {}) {
    this.state.settings = { ...awsLike, ...args.settings };
    this.#hook = args.hook ?? (() => ({ hookStatus: "SUCCEEDED" }));
    for (const event of setupEvents(ecsGraph(args), this.now)) this.#feed(event);
  }

  /** An API call, answered at once. Throws `<code>: <message>`. */
  call<Output>(action: string, input: unknown): Output {
    this.#calls += 1;
    const id = `call-${this.#calls}`;
    this.#feed({ at: this.now, type: "call", id, action, input });
    const reply = this.#replies.get(id);
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
      this.#feed(next);
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
    this.#feed({ at: this.now, type: "taskStopped", task, exitCode: 137, reason: "OutOfMemoryError" });
  }

  #feed(event: EcsEvent): void {
    const task = event.type === "taskHealthy" ? this.tasks.get(event.task) : undefined;
    if (task) task.healthy = true;
    if (event.type === "taskStopped") this.tasks.delete(event.task);
    const { state, effects } = advance(this.state, event);
    this.state = frozen(JSON.parse(JSON.stringify(state)));
    for (const { arn, status, stage } of Object.values(state.deployments)) {
      const line = stage === undefined ? status : `${status} ${stage}`;
      if (this.#told.get(arn) !== line) this.story.push(line);
      this.#told.set(arn, line);
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: EcsEffect): void {
    switch (effect.type) {
      case "reply":
        this.#replies.set(effect.call, effect);
        break;
      case "timer":
        this.#queue.push({ at: effect.at, type: "timer", id: effect.id });
        break;
      case "weights":
        if (effect.rule === productionRule) this.production = effect.weights;
        this.story.push(`${effect.rule} → ${effect.weights[green] === 100 ? "green" : "blue"}`);
        break;
      case "invokeHook": {
        this.hookCalls.push(effect.payload);
        const answer = this.#hook(effect.payload);
        this.#queue.push({ at: this.now + 1_000, type: "hookAnswered", hook: effect.hook, answer });
        break;
      }
      case "startTask":
        this.#boot(effect.task, JSON.stringify(effect.taskDefinition), effect.targetGroup);
        break;
      case "stopTask": {
        const { task, drainMilliseconds } = effect;
        const entry = this.tasks.get(task);
        if (entry) entry.healthy = false;
        this.#queue.push({
          at: this.now + drainMilliseconds,
          type: "taskStopped",
          task,
          exitCode: 0,
          reason: "SIGTERM",
        });
        break;
      }
    }
  }

  #boot(task: string, definition: string, group: string): void {
    const image = /"image":"([^"]+)"/.exec(definition)?.[1] ?? "";
    if (image.startsWith("crash")) {
      this.#queue.push({
        at: this.now + 2_000,
        type: "taskStopped",
        task,
        exitCode: 1,
        reason: "Essential container exited",
      });
      return;
    }
    this.tasks.set(task, { image, group, healthy: false });
    this.#queue.push(
      { at: this.now + 3_000, type: "taskRunning", task },
      { at: this.now + 8_000, type: "taskHealthy", task },
    );
  }
}

/** Plain JSON that throws when somebody changes it: `advance` must leave the state it is given alone. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
