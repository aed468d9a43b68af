import type { EcsEffect } from "./events.ts";
import type { EcsState, Revision, Service, ServiceDeployment, Task } from "./state.ts";

/** One event being worked on: a state of its own that may be changed, and what came of it. */
export interface Work {
  state: EcsState;
  at: number;
  effects: EcsEffect[];
}

/** Asks to be woken at `at`. What is due then stands in the state; the timer itself means nothing. */
export function wake(work: Work, at: number): void {
  work.effects.push({ type: "timer", id: `timer-${unique(work, 8)}`, at });
}

/** A service event, as the console shows them. */
export function note(work: Work, service: Service, message: string): void {
  const event = { id: uuid(work), createdAt: work.at, message: `(service ${service.name}) ${message}` };
  service.events = [event, ...service.events].slice(0, 100);
}

/** Looks up what must be there. */
export function known<T>(records: Record<string, T>, arn: string | undefined): T {
  const record = arn === undefined ? undefined : records[arn];
  if (record === undefined)
    throw new Error(`local/ecs: ${arn} is referred to but not there; this is a bug of the model`);
  return record;
}

export function openDeployment(work: Work, service: Service): ServiceDeployment | undefined {
  return service.open === undefined ? undefined : known(work.state.deployments, service.open);
}

export function revisionsOf(state: EcsState, service: string): Revision[] {
  return Object.values(state.revisions).filter((revision) => revision.service === service);
}

export function tasksOf(state: EcsState, revision: string): Task[] {
  return Object.values(state.tasks).filter((task) => task.revision === revision);
}

/** As service events and `deployments[].id` name it. */
export function deploymentId(revision: string): string {
  return `ecs-svc/${revision.slice(revision.lastIndexOf("/") + 1)}`;
}

/** Lowercase hex digits that look random and never repeat (from 8 digits on), from the state's counter. */
export function unique(work: Work, length: number): string {
  work.state.counter += 1;
  let x = work.state.counter;
  let digits = "";
  while (digits.length < length) {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    digits += x.toString(16).padStart(8, "0");
  }
  return digits.slice(0, length);
}

export function uuid(work: Work): string {
  return unique(work, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
