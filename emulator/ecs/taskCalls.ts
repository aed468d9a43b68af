import * as v from "valibot";
import { arnPage, arnPaging, clusterIn, clusterName, operation, serviceIn } from "./operation.ts";
import type { EcsState, StoppedTask, Task } from "./state.ts";
import { idOf } from "./tasks.ts";
import { deploymentId, known, type Work } from "./work.ts";

export const taskOperations = {
  /** In no order of time. A task that was told to stop counts as STOPPED at once. */
  ListTasks: operation(
    v.strictObject({
      cluster: clusterName,
      serviceName: v.string(),
      desiredStatus: v.optional(v.picklist(["RUNNING", "STOPPED"]), "RUNNING"),
      ...arnPaging(100),
    }),
    (work, { cluster, serviceName, desiredStatus, ...paging }) => {
      const { serviceArn } = serviceIn(work, cluster, serviceName);
      const { revisions } = work.state;
      const listed = shownTasks(work, cluster).filter(
        (task) => known(revisions, task.revision).serviceArn === serviceArn && desiredStatusOf(task) === desiredStatus,
      );
      const { arns, nextToken } = arnPage(
        listed.map(({ arn }) => arn),
        paging,
      );
      return { taskArns: arns, nextToken };
    },
  ),

  DescribeTasks: operation(
    v.strictObject({ cluster: clusterName, tasks: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100)) }),
    (work, { cluster, tasks: names }) => {
      const shown = shownTasks(work, cluster);
      const found = names.map((name) => ({ name, task: shown.find((each) => [each.arn, idOf(each)].includes(name)) }));
      return {
        tasks: found.flatMap(({ task }) => (task ? [view(work.state, task)] : [])),
        failures: found.flatMap(({ name, task }) => (task ? [] : [{ arn: name, reason: "MISSING" }])),
      };
    },
  ),
};

type Shown = Task | StoppedTask;

function shownTasks(work: Work, cluster: string): Shown[] {
  const { tasks, stoppedTasks, revisions, services } = work.state;
  const { clusterArn } = clusterIn(work, cluster);
  return [...Object.values(tasks), ...stoppedTasks].filter(
    ({ revision }) => known(services, known(revisions, revision).serviceArn).clusterArn === clusterArn,
  );
}

const desiredStatusOf = ({ end }: Shown): "RUNNING" | "STOPPED" => (end === undefined ? "RUNNING" : "STOPPED");

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html; of the containers only the one that runs here. */
function view(state: EcsState, task: Shown): object {
  const { arn: taskArn, createdAt, startedAt, end } = task;
  const revision = known(state.revisions, task.revision);
  const { clusterArn, serviceName, launchType, loadBalancers } = known(state.services, revision.serviceArn);
  const { containerDefinitions } = known(state.taskDefinitions, revision.taskDefinition);
  const [{ containerName: name }] = loadBalancers;
  const lastStatus = lastStatusOf(state, task);
  const { stoppedAt, exitCode } = "stoppedAt" in task ? task : {};
  return {
    taskArn,
    clusterArn,
    taskDefinitionArn: revision.taskDefinition,
    group: `service:${serviceName}`,
    startedBy: deploymentId(revision),
    launchType,
    lastStatus,
    desiredStatus: desiredStatusOf(task),
    healthStatus,
    createdAt,
    startedAt,
    stoppingAt: end?.at,
    stoppedAt,
    stopCode: end?.stopCode,
    stoppedReason: end?.reason,
    containers: [
      {
        taskArn,
        name,
        image: containerDefinitions.find((each) => each.name === name)?.image,
        lastStatus: stoppedAt === undefined ? containerStatusOf(task) : "STOPPED",
        healthStatus,
        exitCode,
        reason: containerReasonOf(task),
      },
    ],
  };
}

/** It tells of the container's own health check, of which there is none here; the target group's verdict is not shown. */
const healthStatus = "UNKNOWN";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
function lastStatusOf({ scheduled }: EcsState, task: Shown): string {
  if ("stoppedAt" in task) return "STOPPED";
  if (task.status === "STOPPING") return "DEACTIVATING";
  if (task.status === "RUNNING") return "RUNNING";
  const isProvisioned = !scheduled.some(({ effect }) => effect.type === "startTask" && effect.task === task.arn);
  return isProvisioned ? "PENDING" : "PROVISIONING";
}

const containerStatusOf = ({ startedAt }: Shown): string => (startedAt === undefined ? "PENDING" : "RUNNING");

/** A container says why it ended only where that was an error of its own, such as `OutOfMemoryError` or `CannotPullContainerError`. */
const containerReasonOf = ({ end }: Shown): string | undefined =>
  end !== undefined && /^\w+Error\b/.test(end.reason) ? end.reason : undefined;
