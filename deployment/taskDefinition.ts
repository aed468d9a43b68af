import type { ContainerDefinition, KeyValuePair, Tag, TaskDefinition } from "@aws-sdk/client-ecs";
import { digestOf } from "../contract/candidate.ts";
import type { DeployCall } from "../contract/deploymentCalls.ts";
import { releaseOf } from "../contract/execution.ts";
import type { Input } from "./operations.ts";
import { isNamed, type Plan, request } from "./plan.ts";
import type { DeploymentSettings } from "./settings.ts";

/** The template is not one that releases can be made from; the message says why. */
export class InvalidTemplate extends Error {}

/**
 * Registers a release's own task definition and returns its ARN. After a lost response another revision is registered, and the first
 * is never used. Throws InvalidTemplate.
 */
export function* registerRelease({ FAMILY }: DeploymentSettings, call: DeployCall): Plan<string> {
  const { taskDefinition = {}, tags = [] } = yield* readTemplate(call.template);
  const input = makeDefinition({ template: taskDefinition, tags, family: FAMILY, call });
  const answer = yield* request("RegisterTaskDefinition", input);
  return answer.taskDefinition!.taskDefinitionArn!;
}

function* readTemplate(template: string) {
  try {
    return yield* request("DescribeTaskDefinition", { taskDefinition: template, include: ["TAGS"] });
  } catch (error) {
    // ECS's answer to a task definition that doesn't exist is a ClientException.
    if (!isNamed(error, "ClientException")) throw error;
    throw new InvalidTemplate(`the template ${template} can't be read (${error.message}); run pulumi up`);
  }
}

interface DefinitionArgs {
  template: TaskDefinition;
  tags: Tag[];
  /** Family of the releases; the template keeps its own. */
  family: string;
  call: DeployCall;
}

/**
 * What to register: the template with the candidate's image, `GREENGATE_RELEASE` and `COMMIT` in its one container.
 * DescribeTaskDefinition's answer has fields that RegisterTaskDefinition refuses; exactly those are dropped.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
function makeDefinition({ template, tags, family, call }: DefinitionArgs): Input<"RegisterTaskDefinition"> {
  const {
    taskDefinitionArn,
    revision: _revision,
    status: _status,
    requiresAttributes: _requiresAttributes,
    compatibilities: _compatibilities,
    registeredAt: _registeredAt,
    registeredBy: _registeredBy,
    deregisteredAt: _deregisteredAt,
    deleteRequestedAt: _deleteRequestedAt,
    containerDefinitions = [],
    ...rest
  } = template;
  const [container, ...others] = containerDefinitions;
  if (!container || others.length > 0) {
    const names = containerDefinitions.map(({ name }) => name).join(", ");
    throw new InvalidTemplate(
      `the template ${taskDefinitionArn} must have one container, the one to release, not ${containerDefinitions.length} (${names || "none"})`,
    );
  }
  // Tags that start with aws: are AWS's own and can't be set.
  const own = tags.filter(({ key }) => !key?.startsWith("aws:"));
  return {
    ...rest,
    family,
    containerDefinitions: [makeContainer(container, call)],
    ...(own.length > 0 ? { tags: own } : {}),
  };
}

function makeContainer(container: ContainerDefinition, { candidate, execution }: DeployCall): ContainerDefinition {
  const own: KeyValuePair[] = [
    { name: releaseVariable, value: releaseOf(execution) },
    { name: commitVariable, value: candidate.commit },
  ];
  const others = (container.environment ?? []).filter(({ name }) => !own.some((each) => each.name === name));
  return { ...container, image: candidate.image, environment: [...others, ...own] };
}

const releaseVariable = "GREENGATE_RELEASE";
const commitVariable = "COMMIT";

/** Undefined where ECS knows none such: it forgets those that were deleted. */
export function* readDefinition(taskDefinition: string): Plan<TaskDefinition | undefined> {
  try {
    return (yield* request("DescribeTaskDefinition", { taskDefinition })).taskDefinition;
  } catch (error) {
    if (isNamed(error, "ClientException")) return undefined;
    throw error;
  }
}

/** What a release's task definition brings; undefined where it was made by hand. */
export function buildIn({ containerDefinitions = [] }: TaskDefinition): { digest: string; commit: string } | undefined {
  const [{ image = "", environment = [] } = {}] = containerDefinitions;
  const commit = environment.find(({ name }) => name === commitVariable)?.value;
  return commit && image.includes("@") ? { digest: digestOf(image), commit } : undefined;
}

/** The release that the application of a task definition calls itself; undefined where it was made by hand. */
export const releaseIn = ({ containerDefinitions = [] }: TaskDefinition): string | undefined =>
  containerDefinitions[0]?.environment?.find(({ name }) => name === releaseVariable)?.value;
