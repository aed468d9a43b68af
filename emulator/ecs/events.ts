import type { AwsError } from "../awsError.ts";
import type { Graph } from "../graph/graph.ts";

/** Something that happened, at cloud time `at` (milliseconds). */
export type EcsEvent = { at: number } & Happening;

export type Happening =
  /** `pulumi up` created its clusters, task definitions and services. */
  | { type: "stackCreated"; graph: Graph }
  /** A state that was kept is taken up: its tasks are to run, and its rules to forward, as it says. */
  | { type: "resumed" }
  /** An API call: `input` is the JSON that an SDK client sends. Answered by one effect `reply`. */
  | { type: "call"; action: string; input: unknown }
  /** The task's container runs; its health is not known yet. */
  | { type: "taskRunning"; task: string }
  /** Its target group found it healthy, or gave it up: ECS then stops it. */
  | { type: "taskHealth"; task: string; healthy: boolean }
  /** Its container has ended: by itself, or because of `stopTask`. Without an exit code it was never started. */
  | { type: "taskStopped"; task: string; exitCode: number | null; reason: string }
  /** What the hook's function returned, nothing if it threw or timed out; or why Lambda would not invoke it. */
  | { type: "hookAnswered"; hook: string; answer?: unknown; notInvoked?: string }
  /** A CloudWatch alarm changed its state. */
  | { type: "alarm"; name: string; state: "OK" | "ALARM" }
  /** The time that an effect `timer` asked for. */
  | { type: "timer" };

export type Happened<Type extends Happening["type"]> = Extract<Happening, { type: Type }>;

/** Something for the shell to do. */
export type EcsEffect =
  | { type: "reply"; output: object }
  | { type: "reply"; error: AwsError }
  | ScheduledEffect
  /** Deregister it, give its open requests the target group's delay, then SIGTERM. Answer `taskStopped`. */
  | { type: "stopTask"; task: string }
  /** Send the event `timer` at cloud time `at`. It only wakes the model: one too many does no harm. */
  | { type: "timer"; at: number };

/** What is done later than it is decided. */
export type ScheduledEffect =
  /** Start the container, register it with the target group. Answer `taskRunning`, then `taskHealth`, or `taskStopped`. */
  | { type: "startTask"; task: string; targetGroup: string; container: ContainerSpec }
  /** A listener rule forwards by these weights from now on: target group ARN → 0 to 100. */
  | { type: "weights"; rule: string; weights: Record<string, number> }
  /** Invoke as `roleArn` and answer `hookAnswered`. */
  | { type: "invokeHook"; hook: string; functionArn: string; roleArn: string; payload: HookPayload };

/** What a task's container is started with. */
export interface ContainerSpec {
  /** ARN of its service. */
  service: string;
  image: string;
  environment: Record<string, string>;
  /** Seconds from SIGTERM to SIGKILL. */
  stopTimeout: number;
  /** Where CloudWatch keeps what it writes; absent = nowhere. */
  log?: { group: string; stream: string };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html#service-deployment-lifecycle-payloads */
export interface HookPayload {
  executionId: string;
  lifecycleStage: string;
  /** ARN of the service deployment. */
  resourceArn: string;
  executionDetails: {
    serviceArn: string;
    targetServiceRevisionArn: string;
    /** Service revision ARN → weight; empty but while this traffic is shifting. */
    testTrafficWeights: Record<string, number>;
    productionTrafficWeights: Record<string, number>;
  };
  /** The service's own, or those that the hook's last `IN_PROGRESS` gave. */
  hookDetails?: unknown;
}
