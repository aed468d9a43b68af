import type { EcsEvent } from "./events.ts";
import type { Revision, Service, Task } from "./state.ts";
import { taskDefinitionView } from "./views.ts";
import { known, note, openDeployment, tasksOf, unique, type Work, wake } from "./work.ts";

/** Starts and stops tasks until there are as many as the revision is to have: after a stage asked for it, and after a crash. */
export function scale(work: Work, service: Service, revision: Revision): void {
  const tasks = tasksOf(work.state, revision.arn).filter((task) => task.status !== "STOPPING");
  for (let count = tasks.length; count < revision.requested; count += 1) provision(work, service, revision);
  const unhealthyFirst = tasks.toSorted((a, b) => Number(a.healthy) - Number(b.healthy));
  for (const task of unhealthyFirst.slice(0, Math.max(0, tasks.length - revision.requested))) stop(work, service, task);
}

/** Starts the tasks whose provisioning is over. */
export function startDueTasks(work: Work, service: Service): void {
  for (const task of Object.values(work.state.tasks)) {
    if (task.service !== service.arn || task.status !== "PROVISIONING" || task.startAt > work.at) continue;
    const revision = known(work.state.revisions, task.revision);
    task.status = "PENDING";
    note(work, service, `has started 1 tasks: (task ${idOf(task)}).`);
    work.effects.push({
      type: "startTask",
      task: task.arn,
      service: service.arn,
      targetGroup: revision.targetGroup,
      containerName: service.containerName,
      containerPort: service.containerPort,
      taskDefinition: taskDefinitionView(known(work.state.taskDefinitions, revision.taskDefinition)),
    });
  }
}

export function taskRunning(work: Work, arn: string): void {
  const task = work.state.tasks[arn];
  if (task?.status === "PENDING") task.status = "RUNNING";
}

export function taskHealthy(work: Work, arn: string): void {
  const task = work.state.tasks[arn];
  if (task === undefined || task.healthy || task.status === "STOPPING") return;
  const service = known(work.state.services, task.service);
  const revision = known(work.state.revisions, task.revision);
  task.status = "RUNNING";
  task.healthy = true;
  note(work, service, `registered 1 targets in (target-group ${revision.targetGroup})`);
  const open = openDeployment(work, service);
  // A healthy task resets the circuit breaker (`resetOnHealthyTask`, on by default).
  if (open?.target === task.revision) open.failedTasks = 0;
  const steady = tasksOf(work.state, task.revision).every(({ healthy }) => healthy);
  if (open === undefined && steady) note(work, service, "has reached a steady state.");
}

/** ECS stops a task that its target group gave up, and starts another. */
export function taskUnhealthy(work: Work, arn: string): void {
  const task = work.state.tasks[arn];
  if (task === undefined || task.status === "STOPPING") return;
  const service = known(work.state.services, task.service);
  const { targetGroup } = known(work.state.revisions, task.revision);
  note(work, service, `(task ${idOf(task)}) failed ELB health checks in (target-group ${targetGroup})`);
  countFailure(work, service, task);
  stop(work, service, task);
}

/** A task that nobody told to stop is a failure; `scale` replaces it. */
export function taskStopped(work: Work, event: Extract<EcsEvent, { type: "taskStopped" }>): void {
  const task = work.state.tasks[event.task];
  if (task === undefined) return;
  const service = known(work.state.services, task.service);
  if (task.status !== "STOPPING") {
    note(work, service, `(task ${idOf(task)}) stopped: ${event.reason} (exit code ${event.exitCode ?? "none"}).`);
    countFailure(work, service, task);
  }
  delete work.state.tasks[event.task];
}

function countFailure(work: Work, service: Service, task: Task): void {
  const open = openDeployment(work, service);
  if (open?.target === task.revision && !task.healthy) open.failedTasks += 1;
}

function provision(work: Work, service: Service, revision: Revision): void {
  const cluster = known(work.state.clusters, service.cluster);
  const arn = `${service.arn.split(":service/")[0]}:task/${cluster.name}/${unique(work, 32)}`;
  const startAt = work.at + work.state.settings.provisioning;
  work.state.tasks[arn] = {
    arn,
    service: service.arn,
    revision: revision.arn,
    status: "PROVISIONING",
    healthy: false,
    startAt,
  };
  wake(work, startAt);
}

function stop(work: Work, service: Service, task: Task): void {
  if (task.status === "PROVISIONING") {
    delete work.state.tasks[task.arn];
    return;
  }
  const revision = known(work.state.revisions, task.revision);
  const { containerDefinitions } = known(work.state.taskDefinitions, revision.taskDefinition).definition;
  const stopTimeout = containerDefinitions.find(({ name }) => name === service.containerName)?.stopTimeout ?? 30;
  task.status = "STOPPING";
  note(work, service, `has stopped 1 running tasks: (task ${idOf(task)}).`);
  work.effects.push({
    type: "stopTask",
    task: task.arn,
    targetGroup: revision.targetGroup,
    drainMilliseconds: service.drain[revision.targetGroup] ?? 300_000,
    stopTimeoutMilliseconds: stopTimeout * 1000,
  });
}

const idOf = (task: Task) => task.arn.slice(task.arn.lastIndexOf("/") + 1);
