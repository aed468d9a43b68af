import { AwsError } from "../awsError.ts";
import type { Balancer } from "../balancer/balancer.ts";
import type { Clock } from "../clock.ts";
import { advance } from "../ecs/advance.ts";
import type { EcsEffect, EcsEvent, HookPayload, StartTask } from "../ecs/events.ts";
import type { EcsState } from "../ecs/state.ts";
import type { Result } from "../functions/function.ts";

/** What a container is started with. */
export interface ContainerArgs {
  /** ARN of the service. */
  service: string;
  image: string;
  environment: Record<string, string>;
  /** Seconds from SIGTERM to SIGKILL, real time. */
  stopTimeout: number;
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
  invoke(functionArn: string, payload: HookPayload, caller: string): Promise<Result>;
  /** Hears each state of the model. */
  onChange(state: EcsState): void;
}

export interface ElasticContainers {
  state(): EcsState;
  send(event: WithoutTime): void;
  call(action: string, input: unknown): Promise<unknown>;
  /** Kills one running task of the service without draining, as a host that is lost. */
  crash(service: string): Promise<void>;
  close(): Promise<void>;
}

type WithoutTime = EcsEvent extends infer One ? (One extends EcsEvent ? Omit<One, "at"> : never) : never;

interface Running {
  container: Container;
  effect: StartTask;
  registered: boolean;
}

/** The thin shell around the ECS model: runs its tasks, sets its weights, calls its hooks, and feeds back what happens. */
export function createElasticContainers(args: ElasticContainersArgs): ElasticContainers {
  const { clock, balancerOf, run, invoke, onChange } = args;
  const running = new Map<string, Running>();
  const replies = new Map<string, (reply: Extract<EcsEffect, { type: "reply" }>) => void>();
  let state = args.initial;
  let calls = 0;
  let closed = false;

  const send = (event: WithoutTime) => {
    if (closed) return;
    const step = advance(state, { ...event, at: clock.now() } as EcsEvent);
    state = step.state;
    onChange(state);
    for (const effect of step.effects) act(effect);
  };

  const act = (effect: EcsEffect): void => {
    switch (effect.type) {
      case "reply":
        replies.get(effect.call)?.(effect);
        replies.delete(effect.call);
        return;
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
        clock.at(effect.at, () => send({ type: "timer", id: effect.id }));
    }
  };

  const callHook = async ({ hook, functionArn, payload, roleArn }: Extract<EcsEffect, { type: "invokeHook" }>) => {
    const result = await invoke(functionArn, payload, roleArn);
    const told = "error" in result ? { error: result.error.errorMessage } : { answer: result.payload };
    send({ type: "hookAnswered", hook, ...told });
  };

  const startTask = async (effect: StartTask) => {
    const { task, targetGroup } = effect;
    let container: Container;
    try {
      container = await run(containerArgs(effect));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return send({ type: "taskStopped", task, exitCode: null, reason: `CannotPullContainerError: ${reason}` });
    }
    const entry: Running = { container, effect, registered: false };
    running.set(task, entry);
    void container.exited.then(({ exitCode }) => {
      running.delete(task);
      if (entry.registered) void balancerOf(targetGroup).deregister(targetGroup, targetOf(container));
      send({ type: "taskStopped", task, exitCode, reason: "Essential container in task exited" });
    });
    if (closed) return void container.kill();
    send({ type: "taskRunning", task });
    if (!(await listens(container)) || closed) return;
    entry.registered = true;
    balancerOf(targetGroup).register(targetGroup, targetOf(container), (health) => {
      if (health === "healthy") send({ type: "taskHealthy", task });
      if (health === "unhealthy") send({ type: "taskUnhealthy", task });
    });
  };

  const stopTask = async (task: string) => {
    const entry = running.get(task);
    if (!entry) return;
    const { container, effect } = entry;
    if (entry.registered) {
      entry.registered = false;
      await balancerOf(effect.targetGroup).deregister(effect.targetGroup, targetOf(container));
    }
    await clock.during(() => container.stop());
  };

  return {
    state: () => state,
    send,
    call: (action, input) =>
      new Promise((resolve, reject) => {
        const id = `call-${++calls}`;
        replies.set(id, (reply) =>
          "error" in reply ? reject(new AwsError(reply.error.code, reply.error.message)) : resolve(reply.output),
        );
        send({ type: "call", id, action, input });
      }),
    async crash(service) {
      const victim = [...running.values()].find((entry) => entry.effect.service === service && entry.registered);
      if (!victim) throw new Error(`No task of ${service} is in service.`);
      await victim.container.kill();
    },
    async close() {
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

interface ContainerDefinition {
  name: string;
  image: string;
  stopTimeout?: number;
  environment?: { name: string; value: string }[];
}

function containerArgs({ service, containerName, taskDefinition }: StartTask): ContainerArgs {
  const definitions = taskDefinition.containerDefinitions as ContainerDefinition[];
  const definition = definitions.find(({ name }) => name === containerName);
  if (!definition) throw new Error(`${service}: its task definition has no container ${containerName}`);
  return {
    service,
    image: definition.image,
    environment: Object.fromEntries((definition.environment ?? []).map(({ name, value }) => [name, value])),
    // Fargate's default: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    stopTimeout: definition.stopTimeout ?? 30,
  };
}
