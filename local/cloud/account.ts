import * as v from "valibot";
import { validate } from "../asl/validate.ts";
import type { BalancerArgs } from "../balancer/balancer.ts";
import type { Graph, Resource } from "../graph/graph.ts";
import { isIntegrated } from "./integrations.ts";
import type { StateMachine } from "./stepFunctions.ts";

/** A Lambda as the graph describes it. */
export interface FunctionResource {
  arn: string;
  name: string;
  /** The bundle's directory. */
  directory: string;
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  roleArn: string;
  region: string;
}

const at = { arn: v.string() };

/** The graph's Lambdas. */
export const functionsOf = (graph: Graph): FunctionResource[] =>
  ofType(graph, "aws:lambda/function:Function").map((resource) => {
    const inputs = read(resource, resource.inputs, {
      name: v.string(),
      handler: v.string(),
      timeout: v.number(),
      role: v.string(),
      code: v.object({ archive: v.string() }),
      environment: v.object({ variables: v.record(v.string(), v.string()) }),
    });
    const { arn } = read(resource, resource.outputs, at);
    return {
      arn,
      name: inputs.name,
      directory: inputs.code.archive,
      handler: inputs.handler,
      environment: inputs.environment.variables,
      timeoutSeconds: inputs.timeout,
      roleArn: inputs.role,
      region: arn.split(":")[3] ?? "",
    };
  });

/** The graph's machines, each checked as Step Functions checks it when it is created, and refused where a task can't run here. */
export const machinesOf = (graph: Graph): StateMachine[] =>
  ofType(graph, "aws:sfn/stateMachine:StateMachine").map((resource) => {
    const { name, roleArn, definition } = read(resource, resource.inputs, {
      name: v.string(),
      roleArn: v.string(),
      definition: v.string(),
    });
    const parsed: unknown = JSON.parse(definition);
    const problems = validate(parsed);
    const resources = [...definition.matchAll(/"Resource":"([^"]+)"/g)].map(([, resource]) => resource ?? "");
    for (const unknown of resources.filter((one) => !isIntegrated(one)))
      problems.push(`the embedded cloud doesn't integrate ${unknown}`);
    if (problems.length > 0) throw new Error(problems.map((problem) => `machine ${name}: ${problem}`).join("\n"));
    return { arn: read(resource, resource.outputs, at).arn, name, roleArn, definition: JSON.parse(definition) };
  });

/** Where the account's machines are, which is where everything is. */
export const placeOf = ([machine]: StateMachine[]): { region: string; account: string } => {
  const [, , , region = "", account = ""] = machine?.arn.split(":") ?? [];
  return { region, account };
};

/** Names of the graph's tables. */
export const tablesOf = (graph: Graph): { name: string; key: string }[] =>
  ofType(graph, "aws:dynamodb/table:Table").map((resource) => {
    const { name, hashKey } = read(resource, resource.inputs, { name: v.string(), hashKey: v.string() });
    return { name, key: hashKey };
  });

/** Names of the graph's secrets. */
export const secretsOf = (graph: Graph): { name: string; arn: string }[] =>
  ofType(graph, "aws:secretsmanager/secret:Secret").map((resource) => ({
    ...read(resource, resource.inputs, { name: v.string() }),
    ...read(resource, resource.outputs, at),
  }));

/** The function behind the graph's function URL. */
export const functionUrlsOf = (graph: Graph): string[] =>
  ofType(graph, "aws:lambda/functionUrl:FunctionUrl").map(
    (resource) => read(resource, resource.inputs, { functionName: v.string() }).functionName,
  );

const forwards = v.array(
  v.object({ forward: v.object({ targetGroups: v.array(v.object({ arn: v.string(), weight: v.number() })) }) }),
);

/** The environment's load balancer: what its target groups and rules are at the start. */
export function balancerOf(graph: Graph): Pick<BalancerArgs, "rules" | "targetGroups" | "idleTimeout"> {
  const targetGroups = ofType(graph, "aws:lb/targetGroup:TargetGroup").map((resource) => {
    const inputs = read(resource, resource.inputs, {
      deregistrationDelay: v.number(),
      healthCheck: v.object({
        path: v.string(),
        matcher: v.string(),
        interval: v.number(),
        timeout: v.number(),
        healthyThreshold: v.number(),
        unhealthyThreshold: v.number(),
      }),
    });
    return { arn: read(resource, resource.outputs, at).arn, ...inputs };
  });
  const rules = ofType(graph, "aws:lb/listenerRule:ListenerRule").map((resource) => {
    const inputs = read(resource, resource.inputs, {
      priority: v.number(),
      actions: forwards,
      conditions: v.array(
        v.object({
          httpHeader: v.optional(v.object({ httpHeaderName: v.string(), values: v.array(v.string()) })),
        }),
      ),
    });
    const header = inputs.conditions.find(({ httpHeader }) => httpHeader)?.httpHeader;
    const weights = inputs.actions.flatMap(({ forward }) => forward.targetGroups.map((one) => [one.arn, one.weight]));
    return {
      arn: read(resource, resource.outputs, at).arn,
      priority: inputs.priority,
      ...(header ? { header: { name: header.httpHeaderName, values: header.values } } : {}),
      weights: Object.fromEntries(weights),
    };
  });
  // An ALB's default: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
  return { rules, targetGroups, idleTimeout: 60 };
}

const ofType = (graph: Graph, type: string): Resource[] => graph.resources.filter((resource) => resource.type === type);

function read<Entries extends v.ObjectEntries>(resource: Resource, values: unknown, entries: Entries) {
  const result = v.safeParse(v.object(entries), values);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`).join("; ");
  throw new Error(`${resource.urn}: the embedded cloud can't run it: ${problems}`);
}
