import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Operation } from "./calls.ts";
import type { TaskDefinition } from "./state.ts";
import { taskDefinitionView } from "./views.ts";
import type { Work } from "./work.ts";

const tags = v.array(v.object({ key: v.string(), value: v.string() }));

const containerDefinition = v.looseObject({
  name: v.pipe(v.string(), v.nonEmpty("Container.name should not be null or empty.")),
  image: v.pipe(v.string(), v.nonEmpty("Container.image should not be null or empty.")),
  stopTimeout: v.optional(v.number()),
});

/** What a task definition consists of. Fields that only ECS writes (`revision`, `status` …) are dropped, as AWS drops them. */
export const definitionFields = {
  containerDefinitions: v.pipe(v.array(containerDefinition), v.minLength(1)),
  taskRoleArn: v.optional(v.string()),
  executionRoleArn: v.optional(v.string()),
  networkMode: v.optional(v.string()),
  volumes: v.optional(v.array(v.unknown())),
  placementConstraints: v.optional(v.array(v.unknown())),
  requiresCompatibilities: v.optional(v.array(v.string())),
  cpu: v.optional(v.string()),
  memory: v.optional(v.string()),
  runtimePlatform: v.optional(v.looseObject({})),
  ephemeralStorage: v.optional(v.looseObject({})),
  enableFaultInjection: v.optional(v.boolean()),
  pidMode: v.optional(v.string()),
  ipcMode: v.optional(v.string()),
};

const registerInput = v.object({
  family: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,255}$/)),
  tags: v.optional(tags),
  ...definitionFields,
});

export const registerTaskDefinition: Operation<v.InferOutput<typeof registerInput>> = {
  input: registerInput,
  answer(work, { family, tags = [], ...definition }) {
    const revisions = Object.values(work.state.taskDefinitions).filter((each) => each.family === family);
    const revision = Math.max(0, ...revisions.map((each) => each.revision)) + 1;
    const arn = `arn:aws:ecs:${work.state.region}:${work.state.account}:task-definition/${family}:${revision}`;
    const registered: TaskDefinition = {
      arn,
      family,
      revision,
      status: "ACTIVE",
      registeredAt: work.at,
      definition,
      tags,
    };
    work.state.taskDefinitions[arn] = registered;
    return { taskDefinition: taskDefinitionView(registered), tags };
  },
};

const describeInput = v.strictObject({
  taskDefinition: v.string(),
  include: v.optional(v.array(v.picklist(["TAGS"]))),
});

export const describeTaskDefinition: Operation<v.InferOutput<typeof describeInput>> = {
  input: describeInput,
  answer(work, { taskDefinition, include = [] }) {
    const found = findTaskDefinition(work, taskDefinition, "Unable to describe task definition.");
    return { taskDefinition: taskDefinitionView(found), ...(include.includes("TAGS") ? { tags: found.tags } : {}) };
  },
};

const deregisterInput = v.strictObject({ taskDefinition: v.string() });

export const deregisterTaskDefinition: Operation<v.InferOutput<typeof deregisterInput>> = {
  input: deregisterInput,
  answer(work, { taskDefinition }) {
    const found = findTaskDefinition(work, taskDefinition, "Unable to describe task definition.");
    found.status = "INACTIVE";
    found.deregisteredAt = work.at;
    return { taskDefinition: taskDefinitionView(found) };
  },
};

/** By ARN, by `family:revision`, or the newest active one of a family. Throws ClientException with `message`. */
export function findTaskDefinition(work: Work, name: string, message: string): TaskDefinition {
  const all = Object.values(work.state.taskDefinitions);
  const newest = all
    .filter(({ family, status }) => family === name && status === "ACTIVE")
    .toSorted((a, b) => b.revision - a.revision)[0];
  const found = all.find(({ arn, family, revision }) => arn === name || `${family}:${revision}` === name) ?? newest;
  if (found === undefined) throw new AwsError("ClientException", message);
  return found;
}
