import * as v from "valibot";
import type { Definition } from "../asl/definition.ts";
import { validate } from "../asl/validate.ts";
import type { BalancerArgs } from "../balancer/balancer.ts";
import type { Graph } from "../graph/graph.ts";
import { resourcesOf } from "../graph/resources.ts";
import { isIntegrated } from "./integrations.ts";
import type { StateMachine } from "./stepFunctions.ts";

const text = v.string();
const number = v.number();
const named = v.object({ name: text });

const lambda = v.pipe(
  v.object({
    name: text,
    handler: text,
    timeout: number,
    role: text,
    code: v.object({ archive: text }),
    environment: v.object({ variables: v.record(text, text) }),
  }),
  v.transform(({ timeout: timeoutSeconds, role: roleArn, code, environment, ...same }) => ({
    ...same,
    timeoutSeconds,
    roleArn,
    directory: code.archive,
    environment: environment.variables,
  })),
);

/** The graph's Lambdas; `directory` is the bundle's. */
export const functionsOf = (graph: Graph) =>
  resourcesOf(graph, "aws:lambda/function:Function", lambda).map((one) => ({
    ...one,
    region: one.arn.split(":")[3] ?? "",
  }));

export type FunctionResource = ReturnType<typeof functionsOf>[number];

/** Names of the functions behind the graph's function URLs. */
export const functionUrlsOf = (graph: Graph): string[] =>
  resourcesOf(graph, "aws:lambda/functionUrl:FunctionUrl", v.object({ functionName: text })).map(
    ({ functionName }) => functionName,
  );

const stateMachine = v.object({ name: text, roleArn: text, definition: text });

/** The graph's machines, each checked as Step Functions checks it when it is created, and refused where a task can't run here. */
export const machinesOf = (graph: Graph): StateMachine[] =>
  resourcesOf(graph, "aws:sfn/stateMachine:StateMachine", stateMachine).map(({ definition, ...machine }) => {
    const parsed: Definition = JSON.parse(definition);
    const problems = validate(parsed);
    for (const [, resource = ""] of definition.matchAll(/"Resource":"([^"]+)"/g))
      if (!isIntegrated(resource)) problems.push(`the embedded cloud doesn't integrate ${resource}`);
    if (problems.length > 0)
      throw new Error(problems.map((problem) => `machine ${machine.name}: ${problem}`).join("\n"));
    return { ...machine, definition: parsed };
  });

/** Where the account's machines are, which is where everything is. */
export const placeOf = ([machine]: StateMachine[]): { region: string; account: string } => {
  const [, , , region = "", account = ""] = machine?.arn.split(":") ?? [];
  return { region, account };
};

/** The graph's tables, each with the name of its key. */
export const tablesOf = (graph: Graph): { name: string; hashKey: string }[] =>
  resourcesOf(graph, "aws:dynamodb/table:Table", v.object({ name: text, hashKey: text }));

/** The items that the graph puts into its tables, as PutItem takes them. */
export const tableItemsOf = (graph: Graph): { TableName: string; Item: unknown }[] => {
  const tables = tablesOf(graph);
  const schema = v.object({ tableName: text, hashKey: text, item: v.pipe(text, v.parseJson()) });
  return resourcesOf(graph, "aws:dynamodb/tableItem:TableItem", schema).map(({ tableName, hashKey, item }) => {
    if (tables.some((table) => table.name === tableName && table.hashKey === hashKey))
      return { TableName: tableName, Item: item };
    throw new Error(`table item of ${tableName}: stack ${graph.stack} has no such table with the hash key ${hashKey}`);
  });
};

/** ARNs of the graph's topics. */
export const topicsOf = (graph: Graph): string[] =>
  resourcesOf(graph, "aws:sns/topic:Topic", v.object({})).map(({ arn }) => arn);

/** Names of the graph's log groups. */
export const logGroupsOf = (graph: Graph): string[] =>
  resourcesOf(graph, "aws:cloudwatch/logGroup:LogGroup", named).map(({ name }) => name);

/** The graph's secrets. */
export const secretsOf = (graph: Graph): { name: string; arn: string }[] =>
  resourcesOf(graph, "aws:secretsmanager/secret:Secret", named);

const targetGroup = v.object({
  deregistrationDelay: number,
  healthCheck: v.object({
    path: text,
    matcher: text,
    interval: number,
    timeout: number,
    healthyThreshold: number,
    unhealthyThreshold: number,
  }),
});
const listenerRule = v.object({
  priority: number,
  actions: v.tuple([
    v.object({ forward: v.object({ targetGroups: v.array(v.object({ arn: text, weight: number })) }) }),
  ]),
  conditions: v.array(v.object({ httpHeader: v.optional(v.object({ httpHeaderName: text, values: v.array(text) })) })),
});

/** The environment's load balancer: what its target groups and rules are at the start. */
export function balancerOf(graph: Graph): Pick<BalancerArgs, "rules" | "targetGroups" | "idleTimeout"> {
  const rules = resourcesOf(graph, "aws:lb/listenerRule:ListenerRule", listenerRule).map(
    ({ arn, priority, actions: [{ forward }], conditions }) => {
      const header = conditions.find(({ httpHeader }) => httpHeader)?.httpHeader;
      return {
        arn,
        priority,
        ...(header ? { header: { name: header.httpHeaderName, values: header.values } } : {}),
        weights: Object.fromEntries(forward.targetGroups.map((group) => [group.arn, group.weight])),
      };
    },
  );
  const targetGroups = resourcesOf(graph, "aws:lb/targetGroup:TargetGroup", targetGroup);
  // An ALB's default: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
  return { rules, targetGroups, idleTimeout: 60 };
}
