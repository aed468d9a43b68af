import type { ServiceDefinition } from "./state.ts";

/** Something that happened, at cloud time `at` (milliseconds). `Created` events stand for what `pulumi up` creates; see setup.ts. */
export type EcsEvent = { at: number } & (
  | { type: "clusterCreated"; arn: string; name: string }
  | { type: "taskDefinitionCreated"; arn: string; definition: Record<string, unknown>; tags: Tag[] }
  | { type: "serviceCreated"; service: ServiceDefinition }
  /** An API call: `input` is the JSON that an SDK client sends. Answered by one `reply` with the same `id`. */
  | { type: "call"; id: string; action: string; input: unknown }
  /** The task's container runs; its health is not known yet. */
  | { type: "taskRunning"; task: string }
  /** Its target group found it healthy for the first time. */
  | { type: "taskHealthy"; task: string }
  /** Its target group gave it up: ECS stops it. */
  | { type: "taskUnhealthy"; task: string }
  /** Its container has ended: by itself, or because of `stopTask`. */
  | { type: "taskStopped"; task: string; exitCode: number | null; reason: string }
  /** What the hook's function returned, or why it failed (it threw, it timed out). */
  | { type: "hookAnswered"; hook: string; answer?: unknown; error?: string }
  /** The time that an effect `timer` asked for. */
  | { type: "timer"; id: string }
);

/** Something for the shell to do. */
export type EcsEffect =
  | { type: "reply"; call: string; output: Record<string, unknown> }
  | { type: "reply"; call: string; error: { code: string; message: string } }
  | StartTask
  /** Deregister it, give its open requests up to `drainMilliseconds`, SIGTERM, SIGKILL after `stopTimeoutMilliseconds`. Answer `taskStopped`. */
  | { type: "stopTask"; task: string; targetGroup: string; drainMilliseconds: number; stopTimeoutMilliseconds: number }
  /** A listener rule forwards by these weights from now on: target group ARN → 0 to 100. */
  | { type: "weights"; rule: string; weights: Record<string, number> }
  /** Invoke as `roleArn` and answer `hookAnswered`. */
  | { type: "invokeHook"; hook: string; functionArn: string; roleArn: string; payload: HookPayload }
  /** Send the event `timer` at cloud time `at`. It only wakes the model: one too many does no harm. */
  | { type: "timer"; id: string; at: number };

/** Start the container, register it with the target group. Answer `taskRunning`, then `taskHealthy`, or `taskStopped`. */
export interface StartTask {
  type: "startTask";
  /** ARN. */
  task: string;
  /** ARN of the service. */
  service: string;
  targetGroup: string;
  containerName: string;
  containerPort: number;
  /** As DescribeTaskDefinition shows it: `containerDefinitions[].environment` and all. */
  taskDefinition: Record<string, unknown>;
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
    /** Service revision ARN → weight; both maps are empty but while the traffic in question is shifting. */
    testTrafficWeights: Record<string, number>;
    productionTrafficWeights: Record<string, number>;
  };
  hookDetails?: unknown;
}

export interface Tag {
  key: string;
  value: string;
}
