import type { ContainerDefinition, KeyValuePair, Tag, TaskDefinition } from "@aws-sdk/client-ecs";
import type { Candidate } from "../stateMachine/input.ts";
import { Failure } from "./failure.ts";
import type { Input } from "./operations.ts";

export interface ReleaseDefinitionArgs {
  template: TaskDefinition;
  tags: Tag[];
  /** Family of the releases; the template keeps its own. */
  family: string;
  candidate: Candidate;
  release: string;
}

/**
 * What to register for a release: the template with the candidate's image, `GREENGATE_RELEASE` and `COMMIT` in its one
 * container. DescribeTaskDefinition's answer has fields that RegisterTaskDefinition refuses; exactly those are dropped.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export function releaseDefinition(args: ReleaseDefinitionArgs): Input<"RegisterTaskDefinition"> {
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
    ...kept
  } = args.template;
  const [container, ...more] = containerDefinitions;
  if (!container || more.length > 0) {
    const names = containerDefinitions.map(({ name }) => name).join(", ");
    throw new Failure(
      "InvalidTemplate",
      `${taskDefinitionArn} must have one container, the one to release, not ${containerDefinitions.length} (${names || "none"})`,
    );
  }
  // Tags that start with aws: are AWS's own and can't be set.
  const tags = args.tags.filter(({ key }) => !key?.startsWith("aws:"));
  return {
    ...kept,
    family: args.family,
    containerDefinitions: [released(container, args)],
    ...(tags.length > 0 ? { tags } : {}),
  };
}

function released(container: ContainerDefinition, { candidate, release }: ReleaseDefinitionArgs): ContainerDefinition {
  const own: KeyValuePair[] = [
    { name: "GREENGATE_RELEASE", value: release },
    { name: "COMMIT", value: candidate.commit },
  ];
  const others = (container.environment ?? []).filter(({ name }) => !own.some((each) => each.name === name));
  return { ...container, image: candidate.image, environment: [...others, ...own] };
}
