import * as v from "valibot";
import type { Graph, Resource } from "../../../../emulator/graph/graph.ts";
import { identityPolicy, type Statement } from "../../../../emulator/iam/policyDocument.ts";

/** One action of one statement of one role's policy. */
export interface Grant {
  stack: string;
  /** What follows `<project>-<environment>-` in the role's name. */
  role: string;
  roleArn: string;
  statement: number;
  action: string;
  /** The statement with that action alone. */
  alone: Statement[];
}

/** As a policy's JSON has it. */
export interface PolicyStatement {
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string>>;
}

/** Everything that the graphs' roles are allowed. */
export const grantsOf = (graphs: readonly Graph[]): Grant[] =>
  graphs.flatMap((graph) =>
    graph.resources.filter(isPolicy).flatMap((policy) => {
      const { name: role } = policy;
      const owner = graph.resources.find(({ type, name }) => type === "aws:iam/role:Role" && name === role);
      return statementsOf(policy).flatMap((one, statement) =>
        one.Action.map((action) => ({
          stack: graph.stack,
          role,
          roleArn: String(owner?.outputs.arn),
          statement,
          action,
          alone: v.parse(identityPolicy, policyText([{ ...one, Action: [action] }])),
        })),
      );
    }),
  );

/** The graphs, less that grant. */
export const without = (graphs: readonly Graph[], { stack, role, statement, action }: Grant): Graph[] =>
  graphs.map((graph) =>
    changed(graph, (resource) => {
      if (graph.stack !== stack || resource.name !== role || !isPolicy(resource)) return {};
      const less = statementsOf(resource).map((one, at) =>
        at === statement ? { ...one, Action: one.Action.filter((each) => each !== action) } : one,
      );
      return { policy: policyText(less.filter(({ Action }) => Action.length > 0)) };
    }),
  );

/** A graph whose resources have the inputs that `change` gives for them. */
export const changed = (graph: Graph, change: (resource: Resource) => Record<string, unknown>): Graph => ({
  ...graph,
  resources: graph.resources.map((resource) => ({
    ...resource,
    inputs: { ...resource.inputs, ...change(resource) },
  })),
});

export const isPolicy = ({ type }: Resource): boolean => type === "aws:iam/rolePolicy:RolePolicy";
export const statementsOf = ({ inputs }: Resource): PolicyStatement[] => JSON.parse(String(inputs.policy)).Statement;
export const policyText = (statements: PolicyStatement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
