import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Service } from "./state.ts";
import type { Work } from "./work.ts";

/** One API action: the answer to the JSON that a client sent. Throws an {@link AwsError}. */
export type Operation = (work: Work, input: unknown, action: string) => object;

/** An action that takes what `schema` describes; anything else is an InvalidParameterException that says where, rule and actual value. */
export const operation =
  <T>(schema: v.GenericSchema<unknown, T>, answer: (work: Work, input: T) => object): Operation =>
  (work, given, action) => {
    const parsed = v.safeParse(schema, given);
    if (parsed.success) return wire(answer(work, parsed.output));
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`);
    throw new AwsError("InvalidParameterException", `${action}: ${problems.join("; ")}`);
  };

/** The state's records as ECS's JSON has them: without what only the model knows (`own`; a label of that name is text), dates as seconds. */
const wire = (answer: object): object =>
  JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === "own" && typeof value === "object") return undefined;
    return key.endsWith("At") && typeof value === "number" ? value / 1000 : value;
  });

export const clusterName = v.optional(v.string(), "default");

/** By name or ARN. Throws ClusterNotFoundException. */
export function clusterIn({ state }: Work, name: string): { clusterArn: string } {
  const found = Object.values(state.clusters).find((each) => [each.clusterArn, each.clusterName].includes(name));
  if (found === undefined) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return found;
}

/** Cluster and service by name or ARN. Throws ClusterNotFoundException and ServiceNotFoundException. */
export function serviceIn(work: Work, cluster: string, name: string): Service {
  const found = findService(work, cluster, name);
  if (found === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return found;
}

export function findService(work: Work, cluster: string, name: string): Service | undefined {
  const { clusterArn } = clusterIn(work, cluster);
  const here = Object.values(work.state.services).filter((each) => each.clusterArn === clusterArn);
  return here.find((each) => [each.serviceArn, each.serviceName].includes(name));
}

const mostArns = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100));

/** What a list takes. `whole`: how many it gives unless it is asked for less. */
export const arnPaging = (whole: number) => ({
  nextToken: v.optional(v.string(), ""),
  maxResults: v.optional(mostArns, whole),
});

/** A page of ARNs in their own order. A token is the last ARN of the page before. */
export function arnPage(arns: string[], { nextToken, maxResults }: { nextToken: string; maxResults: number }) {
  const left = arns.filter((arn) => arn > nextToken).toSorted();
  const page = left.slice(0, maxResults);
  return { arns: page, nextToken: page.length < left.length ? page.at(-1) : undefined };
}
