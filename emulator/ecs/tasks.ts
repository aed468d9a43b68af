import type { Happened } from "./events.ts";
import { countFailure } from "./monitors.ts";
import type { Revision, Service, Task } from "./state.ts";
import { known, later, note, openDeployment, tasksOf, unique, type Work } from "./work.ts";

/** Starts and stops tasks until there are as many as the revision is to have: after a stage asked for it, and after a crash. */
export function scale(work: Work, service: Service, revision: Revision): void {
  const { requested } = revision.own;
  const tasks = tasksOf(work.state, revision).filter((task) => task.status !== "STOPPING");
  for (let count = tasks.length; count < requested; count += 1) start(work, service, revision);
  const unhealthyFirst = tasks.toSorted((a, b) => Number(a.healthy) - Number(b.healthy));
  for (const task of unhealthyFirst.slice(0, Math.max(0, tasks.length - requested))) stop(work, service, task);
}

export function taskRunning(work: Work, event: Happened<"taskRunning">): void {
  const task = work.state.tasks[event.task];
  if (task?.status === "PENDING") task.status = "RUNNING";
}

/** ECS stops a task that its target group gave up, and starts another. */
export function taskHealth(work: Work, { task: arn, healthy }: Happened<"taskHealth">): void {
  const task = work.state.tasks[arn];
  if (task === undefined || task.status === "STOPPING" || (task.healthy && healthy)) return;
  const { service, revision } = homeOf(work, task);
  const open = openDeployment(work, service);
  if (!healthy) {
    note(work, service, `(task ${idOf(task)}) failed ELB health checks in (target-group ${revision.own.colour})`);
    failed(work, service, task);
    stop(work, service, task);
    return;
  }
  task.status = "RUNNING";
  task.healthy = true;
  note(work, service, `registered 1 targets in (target-group ${revision.own.colour})`);
  // A healthy task resets the circuit breaker (`resetOnHealthyTask`, on by default).
  if (open?.own.target === task.revision) open.deploymentCircuitBreaker.failureCount = 0;
  const steady = tasksOf(work.state, revision).every((each) => each.healthy);
  if (open === undefined && steady) note(work, service, "has reached a steady state.");
}

/** A task that nobody told to stop is a failure; `scale` replaces it. */
export function taskStopped(work: Work, { task: arn, exitCode, reason }: Happened<"taskStopped">): void {
  const task = work.state.tasks[arn];
  if (task === undefined) return;
  if (task.status !== "STOPPING") {
    const { service } = homeOf(work, task);
    note(work, service, `(task ${idOf(task)}) stopped: ${reason} (exit code ${exitCode ?? "none"}).`);
    failed(work, service, task);
  }
  delete work.state.tasks[arn];
}

function failed(work: Work, service: Service, task: Task): void {
  const open = openDeployment(work, service);
  if (open?.own.target === task.revision && !task.healthy) countFailure(service, open);
}

function start(work: Work, service: Service, revision: Revision): void {
  const { clusterName } = known(work.state.clusters, service.clusterArn);
  const arn = `${service.serviceArn.split(":service/")[0]}:task/${clusterName}/${unique(work, 32)}`;
  const task: Task = { arn, revision: revision.serviceRevisionArn, status: "PENDING", healthy: false };
  work.state.tasks[arn] = task;
  note(work, service, `has started 1 tasks: (task ${idOf(task)}).`);
  const container = containerOf(work, service, revision);
  const at = work.at + work.state.settings.provisioning;
  later(work, at, { type: "startTask", task: arn, targetGroup: revision.own.colour, container });
}

function stop(work: Work, service: Service, task: Task): void {
  note(work, service, `has stopped 1 running tasks: (task ${idOf(task)}).`);
  const { scheduled, tasks } = work.state;
  if (scheduled.some(({ effect }) => effect.type === "startTask" && effect.task === task.arn)) {
    delete tasks[task.arn];
    return;
  }
  task.status = "STOPPING";
  work.effects.push({ type: "stopTask", task: task.arn });
}

/** What the service's container is started with. */
function containerOf({ state }: Work, { serviceArn, loadBalancers }: Service, { taskDefinition }: Revision) {
  const [{ containerName }] = loadBalancers;
  const { containerDefinitions } = known(state.taskDefinitions, taskDefinition);
  const definition = containerDefinitions.find(({ name }) => name === containerName);
  if (!definition)
    throw new Error(`emulator/ecs: ${taskDefinition} has no container ${containerName}, which ${serviceArn} needs`);
  const { image, environment = [], stopTimeout = 30 } = definition;
  return {
    service: serviceArn,
    image,
    environment: Object.fromEntries(environment.map(({ name, value }) => [name, value])),
    /** Seconds from SIGTERM to SIGKILL; 30 is Fargate's: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
    stopTimeout,
  };
}

export type ContainerArgs = ReturnType<typeof containerOf>;

function homeOf({ state }: Work, task: Task): { service: Service; revision: Revision } {
  const revision = known(state.revisions, task.revision);
  return { service: known(state.services, revision.serviceArn), revision };
}

const idOf = ({ arn }: Task): string => arn.slice(arn.lastIndexOf("/") + 1);
