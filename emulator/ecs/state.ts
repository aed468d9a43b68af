import type * as api from "@aws-sdk/client-ecs";
import type { Registration, ServiceConfiguration, Stage } from "./configuration.ts";
import type { ScheduledEffect } from "./events.ts";
import type { EcsSettings } from "./settings.ts";

/**
 * All that this ECS knows: plain JSON, keyed by ARN. A record has the fields that ECS's API shows, by their names, and in `own` what the
 * model keeps besides. Times are cloud milliseconds.
 */
export interface EcsState {
  region: string;
  account: string;
  settings: EcsSettings;
  /** Feeds every identifier, so that a run repeats exactly. */
  counter: number;
  /** Names of the alarms that are in ALARM. */
  alarms: string[];
  /** For the shell to do at `at`, if it is still wanted then. */
  scheduled: { at: number; effect: ScheduledEffect }[];
  /** ARNs of the target groups and listener rules that services were created with; others aren't known here. */
  routing: string[];
  clusters: Record<string, { clusterArn: string; clusterName: string }>;
  taskDefinitions: Record<string, TaskDefinition>;
  services: Record<string, Service>;
  revisions: Record<string, Revision>;
  deployments: Record<string, ServiceDeployment>;
  /** Until they have stopped. */
  tasks: Record<string, Task>;
  /** Those that have, for `settings.stoppedTasksKept`; oldest first. */
  stoppedTasks: StoppedTask[];
}

export interface TaskDefinition extends Registration {
  taskDefinitionArn: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE";
  deregisteredAt?: number;
}

export interface Service extends ServiceConfiguration {
  serviceArn: string;
  createdAt: number;
  /** The deployment under way. */
  currentServiceDeployment?: string;
  /** Newest first, 100 at most. */
  events: { id: string; createdAt: number; message: string }[];
  own: {
    /** The revision that users have; absent until a deployment has brought one. */
    current?: string;
    /** The target group that ECS last pointed each of the two rules at, whatever they say now. */
    production: string;
    test: string;
  };
}

/** A service revision: one task definition in one colour. */
export interface Revision {
  serviceRevisionArn: string;
  serviceArn: string;
  taskDefinition: string;
  createdAt: number;
  own: {
    /** ARN of its target group. */
    colour: string;
    /** How many tasks ECS keeps of it. */
    requested: number;
  };
}

export interface ServiceDeployment {
  serviceDeploymentArn: string;
  serviceArn: string;
  status: api.ServiceDeploymentStatus;
  statusReason?: string;
  lifecycleStage?: Stage;
  /** The present stage's, after those that turned it back. */
  lifecycleHookDetails: HookRun[];
  alarms: { status: api.ServiceDeploymentRollbackMonitorsStatus; alarmNames: string[]; triggeredAlarmNames: string[] };
  deploymentCircuitBreaker: {
    status: api.ServiceDeploymentRollbackMonitorsStatus;
    failureCount: number;
    threshold: number;
  };
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  rollback?: { reason: string; startedAt: number; serviceRevisionArn: string };
  own: {
    /** Revision that it comes from; absent for the very first one. */
    source?: string;
    /** Revision that it brings. */
    target: string;
    /** The stages still to come, forward or back. */
    plan: Stage[];
    /** The present stage (or the pending) lasts at least until then. */
    until: number;
    /** Why it can't go on. */
    failure?: string;
    /** Those hooks that turned it back. */
    failedHooks: HookRun[];
  };
}

/** One hook at one stage, called until it has decided. */
export interface HookRun {
  hookId: string;
  targetType: "AWS_LAMBDA";
  targetArn: string;
  status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "TIMED_OUT";
  expiresAt: number;
  timeoutAction: "ROLLBACK";
  own: {
    executionId: string;
    roleArn: string;
    /** What the next call gives the function: the service's own details, or those of its last `IN_PROGRESS`. */
    hookDetails?: unknown;
  };
}

/** The API shows it in ECS's own words: see taskCalls.ts. */
export interface Task {
  arn: string;
  revision: string;
  status: "PENDING" | "RUNNING" | "STOPPING";
  healthy: boolean;
  createdAt: number;
  startedAt?: number;
  /** Since ECS told it to stop. */
  end?: TaskEnd;
}

export interface TaskEnd {
  at: number;
  stopCode: api.TaskStopCode;
  reason: string;
}

export interface StoppedTask extends Pick<Task, "arn" | "revision" | "createdAt" | "startedAt"> {
  end: TaskEnd;
  stoppedAt: number;
  /** Absent where its container never ran. */
  exitCode?: number;
}

/** An ECS without a cluster. */
export const emptyEcs = (args: Pick<EcsState, "region" | "account" | "settings">): EcsState => ({
  ...args,
  counter: 0,
  alarms: [],
  scheduled: [],
  routing: [],
  clusters: {},
  taskDefinitions: {},
  services: {},
  revisions: {},
  deployments: {},
  tasks: {},
  stoppedTasks: [],
});
