import type { Registration } from "./configuration.ts";
import type { ContainerSpec, Happened } from "./events.ts";
import { countFailure } from "./monitors.ts";
import { healthChecksFailed, scaledIn } from "./reasons.ts";
import type { Revision, Service, StoppedTask, Task, TaskEnd } from "./state.ts";
import { deploymentId, known, later, note, openDeployment, tasksOf, unique, type Work } from "./work.ts";

/** Starts and stops tasks until there are as many as the revision is to have: after a stage asked for it, and after a crash. */
export function scale(work: Work, service: Service, revision: Revision): void {
  const { requested } = revision.own;
  const tasks = tasksOf(work.state, revision).filter((task) => task.status !== "STOPPING");
  for (let count = tasks.length; count < requested; count += 1) start(work, service, revision);
  const unhealthyFirst = tasks.toSorted((a, b) => Number(a.healthy) - Number(b.healthy));
  for (const task of unhealthyFirst.slice(0, Math.max(0, tasks.length - requested)))
    stop(work, service, task, scaledIn(deploymentId(revision)));
}

export function taskRunning(work: Work, event: Happened<"taskRunning">): void {
  const task = work.state.tasks[event.task];
  if (task?.status === "PENDING") run(work, task);
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
    stop(work, service, task, healthChecksFailed(revision.own.colour));
    return;
  }
  if (task.status === "PENDING") run(work, task);
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
  if (task.end === undefined) {
    const { service } = homeOf(work, task);
    note(work, service, `(task ${idOf(task)}) stopped: ${reason} (exit code ${exitCode ?? "none"}).`);
    failed(work, service, task);
  }
  const stopCode = exitCode === null ? "TaskFailedToStart" : "EssentialContainerExited";
  keepStopped(work, task, task.end ?? { at: work.at, stopCode, reason }, exitCode);
}

/** Starts the containers of tasks that run already. */
export function resumeTasks(work: Work): void {
  for (const task of Object.values(work.state.tasks)) {
    if (task.status !== "RUNNING") continue;
    const { service, revision } = homeOf(work, task);
    const container = containerOf(work, service, revision, task);
    work.effects.push({ type: "startTask", task: task.arn, targetGroup: revision.own.colour, container });
  }
}

/** A stopped task can be listed and described for a while. */
export function forgetTasks({ state, at }: Work): void {
  state.stoppedTasks = state.stoppedTasks.filter(({ stoppedAt }) => at - stoppedAt < state.settings.stoppedTasksKept);
}

/** The end of its ARN. */
export const idOf = ({ arn }: Pick<Task, "arn">): string => arn.slice(arn.lastIndexOf("/") + 1);

function run(work: Work, task: Task): void {
  task.status = "RUNNING";
  task.startedAt = work.at;
}

function failed(work: Work, service: Service, task: Task): void {
  const open = openDeployment(work, service);
  if (open?.own.target === task.revision && !task.healthy) countFailure(service, open);
}

function start(work: Work, service: Service, revision: Revision): void {
  const { clusterName } = known(work.state.clusters, service.clusterArn);
  const arn = `${service.serviceArn.split(":service/")[0]}:task/${clusterName}/${unique(work, 32)}`;
  const task: Task = {
    arn,
    revision: revision.serviceRevisionArn,
    status: "PENDING",
    healthy: false,
    createdAt: work.at,
  };
  work.state.tasks[arn] = task;
  note(work, service, `has started 1 tasks: (task ${idOf(task)}).`);
  const container = containerOf(work, service, revision, task);
  const at = work.at + work.state.settings.provisioning;
  later(work, at, { type: "startTask", task: arn, targetGroup: revision.own.colour, container });
}

function stop(work: Work, service: Service, task: Task, reason: string): void {
  note(work, service, `has stopped 1 running tasks: (task ${idOf(task)}).`);
  const end: TaskEnd = { at: work.at, stopCode: "ServiceSchedulerInitiated", reason };
  const { scheduled } = work.state;
  if (scheduled.some(({ effect }) => effect.type === "startTask" && effect.task === task.arn)) {
    keepStopped(work, task, end, null);
    return;
  }
  task.status = "STOPPING";
  task.end = end;
  work.effects.push({ type: "stopTask", task: task.arn });
}

function keepStopped({ state, at }: Work, task: Task, end: TaskEnd, exitCode: number | null): void {
  delete state.tasks[task.arn];
  const { arn, revision, createdAt, startedAt } = task;
  const stopped: StoppedTask = { arn, revision, createdAt, end, stoppedAt: at };
  if (startedAt !== undefined) stopped.startedAt = startedAt;
  if (exitCode !== null) stopped.exitCode = exitCode;
  state.stoppedTasks = [...state.stoppedTasks, stopped].slice(-mostStopped);
}

/** A crash loop would fill the state. */
const mostStopped = 200;

/** What the service's container is started with. */
function containerOf({ state }: Work, service: Service, { taskDefinition }: Revision, task: Task): ContainerSpec {
  const [{ containerName }] = service.loadBalancers;
  const { containerDefinitions } = known(state.taskDefinitions, taskDefinition);
  const definition = containerDefinitions.find(({ name }) => name === containerName);
  if (!definition)
    throw new Error(
      `emulator/ecs: ${taskDefinition} has no container ${containerName}, which ${service.serviceArn} needs`,
    );
  // 30 s is Fargate's: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
  const { image, environment = [], stopTimeout = 30, logConfiguration } = definition;
  const log = logOf(logConfiguration, containerName, task);
  return {
    service: service.serviceArn,
    image,
    environment: Object.fromEntries(environment.map(({ name, value }) => [name, value])),
    stopTimeout,
    ...(log ? { log } : {}),
  };
}

/** One stream a task, in the group that the container names: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function logOf(configuration: LogConfiguration, container: string, task: Task): ContainerSpec["log"] {
  const { "awslogs-group": group, "awslogs-stream-prefix": prefix } = configuration?.options ?? {};
  if (configuration?.logDriver !== "awslogs" || !group || !prefix) return undefined;
  return { group, stream: `${prefix}/${container}/${idOf(task)}` };
}

type LogConfiguration = Registration["containerDefinitions"][number]["logConfiguration"];

function homeOf({ state }: Work, task: Task): { service: Service; revision: Revision } {
  const revision = known(state.revisions, task.revision);
  return { service: known(state.services, revision.serviceArn), revision };
}
