import type { Task, TaskDefinition } from "@aws-sdk/client-ecs";
import { lineOf } from "../contract/text.ts";
import { millisecondsOf } from "./deployments.ts";
import { CallError, type Plan, request } from "./plan.ts";
import { scrubLine } from "./scrub.ts";
import type { DeploymentSettings } from "./settings.ts";

/** Lines of a log that are shown. */
const lines = 5;

/** Tasks of this task definition that have ended, newest first: ECS shows them for an hour. At most 100 of the service's are looked at. */
export function* listEndedTasks({ CLUSTER, SERVICE }: DeploymentSettings, taskDefinition: string): Plan<Task[]> {
  const { taskArns = [] } = yield* request("ListTasks", {
    cluster: CLUSTER,
    serviceName: SERVICE,
    desiredStatus: "STOPPED",
  });
  if (taskArns.length === 0) return [];
  const { tasks = [] } = yield* request("DescribeTasks", { cluster: CLUSTER, tasks: taskArns });
  return tasks
    .filter((each) => each.taskDefinitionArn === taskDefinition)
    .toSorted((one, other) => endOf(other) - endOf(one));
}

/** `stoppedAt` comes only once its network interface is gone; milliseconds. */
const endOf = ({ stoppingAt, stoppedAt, createdAt }: Task): number => {
  const at = stoppingAt ?? stoppedAt ?? createdAt;
  return at === undefined ? 0 : millisecondsOf(at);
};

/** ECS stops the tasks that it starts in place of those that failed, too; what they say is nobody's fault. */
const endedByItself = ({ stopCode }: Task): boolean =>
  stopCode === "EssentialContainerExited" || stopCode === "TaskFailedToStart";

/**
 * How the tasks of a release ended, for people: exit code, ECS's reason and the end of the log. `before`: when ECS itself began to
 * stop them (milliseconds). Whatever can't be had is said; nothing is decided by it.
 */
export function* describeTaskEnd(
  settings: DeploymentSettings,
  taskDefinition: string,
  before = Number.POSITIVE_INFINITY,
): Plan<string> {
  try {
    const tasks = yield* listEndedTasks(settings, taskDefinition);
    const earlier = tasks.filter((each) => endOf(each) <= before);
    const task = earlier.find(endedByItself) ?? earlier[0] ?? tasks[0];
    if (!task) return "none of its tasks has ended";
    const { taskDefinition: definition = {} } = yield* request("DescribeTaskDefinition", { taskDefinition });
    return `${describeEnd(task, definition)}; ${yield* describeLog(task, definition)}`;
  } catch (error) {
    if (error instanceof CallError) return `how its tasks ended can't be read (${error.name})`;
    throw error;
  }
}

function describeEnd({ containers = [], stoppedReason }: Task, { containerDefinitions = [] }: TaskDefinition): string {
  const container = containers.find(({ name }) => name === containerDefinitions[0]?.name);
  const { exitCode, reason } = container ?? {};
  const code = typeof exitCode === "number" ? `with exit code ${exitCode}` : "without an exit code";
  const reasons = [...new Set([stoppedReason, reason])].filter((each) => each);
  return `its last task ended ${code}${reasons.length > 0 ? ` (${lineOf(reasons.join("; "), 400)})` : ""}`;
}

/** Streams are named `<prefix>/<container>/<task id>`: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function* describeLog({ taskArn = "" }: Task, { containerDefinitions = [] }: TaskDefinition): Plan<string> {
  const [{ name, logConfiguration } = {}] = containerDefinitions;
  const { "awslogs-group": logGroupName, "awslogs-stream-prefix": prefix } = logConfiguration?.options ?? {};
  if (!logGroupName || !prefix) return "its log is not in CloudWatch";
  const logStreamName = `${prefix}/${name}/${taskArn.slice(taskArn.lastIndexOf("/") + 1)}`;
  try {
    const { events = [] } = yield* request("GetLogEvents", {
      logGroupName,
      logStreamName,
      limit: lines,
      startFromHead: false,
    });
    const log = events.slice(-lines).map(({ message = "" }) => scrubLine(message));
    return log.length > 0 ? `its log ends: ${log.join(" | ")}` : "its log is empty";
  } catch (error) {
    if (error instanceof CallError) return `its log can't be read (${error.name})`;
    throw error;
  }
}
