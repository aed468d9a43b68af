import { createHash } from "node:crypto";
import { uuidOf } from "../uuid.ts";
import type { EcsEffect, ScheduledEffect } from "./events.ts";
import type { EcsState, Revision, Service, ServiceDeployment, Task } from "./state.ts";

/** One event being worked on: a state of its own that may be changed, and what came of it. */
export interface Work {
  state: EcsState;
  at: number;
  effects: EcsEffect[];
}

/** A deployment under way, being worked on: from the blue revision, which the very first one lacks, to the green. */
export function moveOf(work: Work, deployment: ServiceDeployment) {
  const { services, revisions } = work.state;
  const { source, target } = deployment.own;
  const blue = source === undefined ? undefined : known(revisions, source);
  return {
    ...work,
    service: known(services, deployment.serviceArn),
    deployment,
    blue,
    green: known(revisions, target),
  };
}

export type Move = ReturnType<typeof moveOf>;

/** Asks to be woken at `at`. What is due then stands in the state; the timer itself means nothing. */
export function wake(work: Work, at: number): void {
  if (at > work.at) work.effects.push({ type: "timer", at });
}

/** Has the shell do it at `at`, if it is still wanted then. */
export function later(work: Work, at: number, effect: ScheduledEffect): void {
  work.state.scheduled.push({ at, effect });
  wake(work, at);
}

/** A service event, as the console shows them. */
export function note(work: Work, service: Service, message: string): void {
  const event = { id: uuid(work), createdAt: work.at, message: `(service ${service.serviceName}) ${message}` };
  service.events = [event, ...service.events].slice(0, 100);
}

/** Looks up what must be there. */
export function known<T>(records: Record<string, T>, arn: string): T {
  const record = records[arn];
  if (record === undefined)
    throw new Error(`emulator/ecs: ${arn} is referred to but not there; this is a bug of the model`);
  return record;
}

/** What `startedBy`, events and DescribeServices call a deployment: the number at the end of its revision's ARN. */
export const deploymentId = ({ serviceRevisionArn }: Revision): string =>
  `ecs-svc/${serviceRevisionArn.slice(serviceRevisionArn.lastIndexOf("/") + 1)}`;

export const openDeployment = (
  work: Work,
  { currentServiceDeployment: open }: Service,
): ServiceDeployment | undefined => (open === undefined ? undefined : known(work.state.deployments, open));

export const revisionsOf = (state: EcsState, { serviceArn }: Service): Revision[] =>
  Object.values(state.revisions).filter((revision) => revision.serviceArn === serviceArn);

export const tasksOf = (state: EcsState, { serviceRevisionArn }: Revision): Task[] =>
  Object.values(state.tasks).filter((task) => task.revision === serviceRevisionArn);

/** As DescribeServices and DescribeServiceDeployments show them. */
export function countsOf(state: EcsState, revision: Revision) {
  const count = (wanted: Task["status"]) => tasksOf(state, revision).filter(({ status }) => status === wanted).length;
  return {
    arn: revision.serviceRevisionArn,
    requestedTaskCount: revision.own.requested,
    runningTaskCount: count("RUNNING"),
    pendingTaskCount: count("PENDING"),
  };
}

/** Hex digits (at most 64) that look random and never repeat, from the state's counter. */
export function unique(work: Work, length: number): string {
  work.state.counter += 1;
  return createHash("sha256").update(String(work.state.counter)).digest("hex").slice(0, length);
}

export const uuid = (work: Work): string => uuidOf(unique(work, 64));
