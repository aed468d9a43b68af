import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import { type Registration, registration } from "./configuration.ts";
import { operation } from "./operation.ts";
import type { TaskDefinition } from "./state.ts";
import type { Work } from "./work.ts";

/** A new revision under this ARN, which ends in `:task-definition/<family>:<revision>`. ECS's own fields are not the caller's to write. */
export function addTaskDefinition(work: Work, taskDefinitionArn: string, registered: Registration): TaskDefinition {
  const { deregisteredAt: _, ...definition } = registered;
  const added: TaskDefinition = {
    volumes: [],
    placementConstraints: [],
    ...definition,
    taskDefinitionArn,
    revision: Number(taskDefinitionArn.split(":").at(-1)),
    status: "ACTIVE",
    requiresAttributes: [{ name: "ecs.capability.task-eni" }],
    compatibilities: ["EC2", "FARGATE"],
    registeredAt: work.at,
  };
  work.state.taskDefinitions[taskDefinitionArn] = added;
  return added;
}

export const taskDefinitionOperations = {
  RegisterTaskDefinition: operation(registration, (work, registered) => {
    const { region, account, taskDefinitions } = work.state;
    const family = Object.values(taskDefinitions).filter((each) => each.family === registered.family);
    const revision = Math.max(0, ...family.map((each) => each.revision)) + 1;
    const arn = `arn:aws:ecs:${region}:${account}:task-definition/${registered.family}:${revision}`;
    return view(addTaskDefinition(work, arn, registered));
  }),

  DescribeTaskDefinition: operation(
    v.strictObject({ taskDefinition: v.string(), include: v.optional(v.array(v.picklist(["TAGS"])), []) }),
    (work, { taskDefinition: name, include }) => {
      const { taskDefinition, tags } = view(findTaskDefinition(work, name, "Unable to describe task definition."));
      return include.includes("TAGS") ? { taskDefinition, tags } : { taskDefinition };
    },
  ),

  DeregisterTaskDefinition: operation(v.strictObject({ taskDefinition: v.string() }), (work, { taskDefinition }) => {
    const found = findTaskDefinition(work, taskDefinition, "Unable to describe task definition.");
    found.status = "INACTIVE";
    found.deregisteredAt = work.at;
    return { taskDefinition: view(found).taskDefinition };
  }),
};

/** By ARN, by `family:revision`, or the newest active one of a family. Throws ClientException with `message`. */
export function findTaskDefinition(work: Work, name: string, message: string): TaskDefinition {
  const all = Object.values(work.state.taskDefinitions);
  const newest = all
    .filter(({ family, status }) => family === name && status === "ACTIVE")
    .toSorted((a, b) => b.revision - a.revision)[0];
  const isNamed = (each: TaskDefinition) => [each.taskDefinitionArn, `${each.family}:${each.revision}`].includes(name);
  const found = all.find(isNamed) ?? newest;
  if (found === undefined) throw new AwsError("ClientException", message);
  return found;
}

/** In the API, tags are a sibling of the definition. */
const view = ({ tags, ...taskDefinition }: TaskDefinition) => ({ taskDefinition, tags });
