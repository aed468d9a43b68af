import type { Tag } from "./events.ts";
import type { EcsSettings } from "./settings.ts";
import type { Stage } from "./stages.ts";

/** All that this ECS knows: plain JSON, keyed by ARN. Times are cloud milliseconds. */
export interface EcsState {
  region: string;
  account: string;
  settings: EcsSettings;
  /** Feeds every identifier, so that a run repeats exactly. */
  counter: number;
  clusters: Record<string, { arn: string; name: string }>;
  taskDefinitions: Record<string, TaskDefinition>;
  services: Record<string, Service>;
  revisions: Record<string, Revision>;
  deployments: Record<string, ServiceDeployment>;
  /** Until they have stopped. */
  tasks: Record<string, Task>;
}

export interface TaskDefinition {
  arn: string;
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE";
  registeredAt: number;
  deregisteredAt?: number;
  /** What RegisterTaskDefinition was given, without family and tags. */
  definition: { containerDefinitions: ContainerDefinition[]; [field: string]: unknown };
  tags: Tag[];
}

export interface ContainerDefinition {
  name: string;
  image: string;
  /** Seconds between SIGTERM and SIGKILL. */
  stopTimeout?: number | undefined;
  [field: string]: unknown;
}

/** What a service is created with. */
export interface ServiceDefinition {
  arn: string;
  name: string;
  /** ARN. */
  cluster: string;
  /** ARN, with its revision. */
  taskDefinition: string;
  desiredCount: number;
  bakeTimeInMinutes: number;
  /** Off, or on with rollback. */
  circuitBreaker: boolean;
  lifecycleHooks: LifecycleHook[];
  containerName: string;
  containerPort: number;
  /** The two colours: `targetGroupArn` and `alternateTargetGroupArn`. */
  targetGroups: [string, string];
  /** Target group ARN → milliseconds: the deregistration delay. */
  drain: Record<string, number>;
  productionListenerRule: string;
  testListenerRule: string;
  /** The infrastructure role that changes the rules. */
  roleArn: string;
}

export interface LifecycleHook {
  hookTargetArn: string;
  roleArn: string;
  lifecycleStages: string[];
  hookDetails?: unknown;
  timeoutInMinutes: number;
}

export interface Service extends ServiceDefinition {
  createdAt: number;
  /** The revision that users have; absent until a deployment has brought one. */
  current?: string;
  /** The deployment under way. */
  open?: string;
  /** What ECS asked of the two rules: target group ARN → weight. */
  weights: { production: Record<string, number>; test: Record<string, number> };
  /** Asked of a rule, not yet in force. */
  shifting: { rule: string; weights: Record<string, number>; at: number }[];
  /** Newest first, 100 at most. */
  events: { id: string; createdAt: number; message: string }[];
}

/** A service revision: one task definition in one colour. */
export interface Revision {
  arn: string;
  service: string;
  taskDefinition: string;
  targetGroup: string;
  createdAt: number;
  /** How many tasks ECS keeps of it. */
  requested: number;
}

export interface ServiceDeployment {
  arn: string;
  service: string;
  /** Absent for the very first one. */
  source?: string;
  target: string;
  status:
    | "PENDING"
    | "IN_PROGRESS"
    | "ROLLBACK_REQUESTED"
    | "ROLLBACK_IN_PROGRESS"
    | "SUCCESSFUL"
    | "STOPPED"
    | "ROLLBACK_SUCCESSFUL"
    | "ROLLBACK_FAILED";
  statusReason?: string;
  stage?: Stage;
  /** The stages still to come, forward or back. */
  plan: Stage[];
  /** The present stage (or the pending) lasts at least until then. */
  until: number;
  hooks: HookRun[];
  /** Test, and production traffic, is on the target. */
  tested: boolean;
  moved: boolean;
  failedTasks: number;
  createdAt: number;
  updatedAt: number;
  startedAt?: number;
  finishedAt?: number;
  stoppedAt?: number;
  rollback?: { reason: string; startedAt: number; serviceRevisionArn: string };
}

/** One hook at one stage, called until it has decided. */
export interface HookRun {
  id: string;
  executionId: string;
  hook: LifecycleHook;
  status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED";
  /** What the next call gives the function: the service's own details, or those of its last `IN_PROGRESS`. */
  details?: unknown;
  /** When to call again; absent while an answer is awaited. */
  callAt?: number;
  expiresAt: number;
  /** Set when `FAILED`. */
  reason?: string;
}

export interface Task {
  arn: string;
  service: string;
  revision: string;
  status: "PROVISIONING" | "PENDING" | "RUNNING" | "STOPPING";
  healthy: boolean;
  /** End of provisioning. */
  startAt: number;
}

/** An ECS without a cluster. */
export function emptyEcs(args: { region: string; account: string; settings: EcsSettings }): EcsState {
  return {
    ...args,
    counter: 0,
    clusters: {},
    taskDefinitions: {},
    services: {},
    revisions: {},
    deployments: {},
    tasks: {},
  };
}
