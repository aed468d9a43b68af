import type { Balancer } from "../balancer/balancer.ts";
import type { Clock } from "../clock.ts";
import { advance } from "../ecs/advance.ts";
import type { ContainerSpec, EcsEffect, Happening, HookPayload } from "../ecs/events.ts";
import type { EcsState } from "../ecs/state.ts";
import type { Result } from "../functions/result.ts";

/** What a container is started with. */
export interface ContainerArgs extends ContainerSpec {
  /** Takes what it writes, in pieces of any length, for its log in CloudWatch; absent where nobody keeps it. */
  write?: (text: string) => void;
}

/** A running container; it listens on 127.0.0.1. */
export interface Container {
  port: number;
  /** True once the port accepts connections, false when it ended before. */
  listening: Promise<boolean>;
  /** Never rejects. */
  exited: Promise<{ exitCode: number }>;
  stop(): Promise<unknown>;
  /** A crash: at once, without draining. */
  kill(): Promise<unknown>;
}

/** Throws where the image can't be had. */
export type RunContainer = (args: ContainerArgs) => Promise<Container>;

export interface ElasticContainersArgs {
  clock: Clock;
  initial: EcsState;
  /** The balancer that has this target group or rule. */
  balancerOf(arn: string): Balancer;
  run: RunContainer;
  /** Opens a log stream, and takes what is written to it. */
  openLog(group: string, stream: string): (text: string) => void;
  invoke(functionArn: string, payload: HookPayload, caller: string): Promise<Result>;
  /** Hears each state of the model. */
  onChange(state: EcsState): void;
}

export type ElasticContainers = ReturnType<typeof createElasticContainers>;

type Effect<Type extends EcsEffect["type"]> = Extract<EcsEffect, { type: Type }>;

interface Running {
  container: Container;
  targetGroup: string;
  registered: boolean;
}

/** The thin shell around the ECS model: runs its tasks, sets its weights, calls its hooks, and feeds back what happens. */
export function createElasticContainers(args: ElasticContainersArgs) {
  const { clock, balancerOf, run, openLog, invoke, onChange } = args;
  const running = new Map<string, Running>();
  let state = args.initial;
  let closed = false;

  /** What it made ECS do, done or under way. */
  const send = (event: Happening): EcsEffect[] => {
    if (closed) return [];
    const step = advance(state, { ...event, at: clock.now() });
    state = step.state;
    onChange(state);
    for (const effect of step.effects) act(effect);
    return step.effects;
  };

  const act = (effect: EcsEffect): void => {
    switch (effect.type) {
      case "startTask":
        void clock.during(() => startTask(effect));
        return;
      case "stopTask":
        void stopTask(effect.task);
        return;
      case "weights":
        balancerOf(effect.rule).setWeights(effect.rule, effect.weights);
        return;
      case "invokeHook":
        void callHook(effect);
        return;
      case "timer":
        clock.at(effect.at, () => send({ type: "timer" }));
    }
  };

  const callHook = async ({ hook, functionArn, payload, roleArn }: Effect<"invokeHook">) => {
    const result = await invoke(functionArn, payload, roleArn);
    if ("payload" in result) return send({ type: "hookAnswered", hook, answer: result.payload });
    const { errorType, errorMessage } = result.error;
    // Lambda's own errors: the function, whose errors never have such names, was not invoked.
    const told = errorType.startsWith("Lambda.") ? { notInvoked: errorMessage } : {};
    return send({ type: "hookAnswered", hook, ...told });
  };

  /** The stream is there from the container's start on, or from the first that it writes. */
  const writerOf = ({ log }: ContainerSpec) => {
    let write: ((text: string) => void) | undefined;
    return (
      log &&
      ((text: string) => {
        write ??= openLog(log.group, log.stream);
        write(text);
      })
    );
  };

  const startTask = async ({ task, targetGroup, container: spec }: Effect<"startTask">) => {
    const write = writerOf(spec);
    const container = await run(write ? { ...spec, write } : spec).catch((error: unknown) => {
      const reason = `CannotPullContainerError: ${error instanceof Error ? error.message : error}`;
      send({ type: "taskStopped", task, exitCode: null, reason });
    });
    if (!container) return;
    write?.("");
    const entry: Running = { container, targetGroup, registered: false };
    running.set(task, entry);
    void container.exited.then(({ exitCode }) => {
      running.delete(task);
      void deregister(entry);
      send({ type: "taskStopped", task, exitCode, reason: "Essential container in task exited" });
    });
    const unwanted = () => closed || state.tasks[task]?.status === "STOPPING";
    if (unwanted()) return void container.kill();
    send({ type: "taskRunning", task });
    if (!(await listens(container)) || unwanted()) return;
    entry.registered = true;
    balancerOf(targetGroup).register(targetGroup, targetOf(container), (health) => {
      if (health !== "initial") send({ type: "taskHealth", task, healthy: health === "healthy" });
    });
  };

  const stopTask = async (task: string) => {
    const entry = running.get(task);
    if (!entry) return;
    await deregister(entry);
    await clock.during(() => entry.container.stop());
  };

  const deregister = async (entry: Running) => {
    if (!entry.registered) return;
    entry.registered = false;
    await balancerOf(entry.targetGroup).deregister(entry.targetGroup, targetOf(entry.container));
  };

  return {
    state: (): EcsState => state,
    send,
    /** Throws an AwsError. */
    async call(action: string, input: unknown): Promise<object> {
      const reply = send({ type: "call", action, input }).find((effect) => effect.type === "reply");
      if (!reply) throw new Error("The embedded ECS is closed.");
      if ("error" in reply) throw reply.error;
      return reply.output;
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...running.values()].map(({ container }) => container.kill()));
    },
  };
}

/** A container that neither listens nor ends is ended; `patience` is real time. */
async function listens(container: Container, patience = 60_000): Promise<boolean> {
  const late = setTimeout(() => void container.kill(), patience);
  return container.listening.finally(() => clearTimeout(late));
}

const targetOf = ({ port }: Container) => ({ port });
