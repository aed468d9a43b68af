import type { Graph } from "../graph/graph.ts";
import { evaluate } from "./evaluate.ts";
import { type Policies, shiftsTraffic } from "./policies.ts";

interface Assumed {
  /** Type of a resource, and where its inputs name a role's ARN; lists on the way name one in each member. */
  type: string;
  path: string;
  /** Which of AWS's services then takes the role on. */
  service: "ecs" | "ecs-tasks" | "lambda" | "states";
  /** AWS's own policy that the role must have. */
  managed?: string;
}

const assumed: readonly Assumed[] = [
  { type: "aws:sfn/stateMachine:StateMachine", path: "roleArn", service: "states" },
  { type: "aws:lambda/function:Function", path: "role", service: "lambda" },
  { type: "aws:ecs/taskDefinition:TaskDefinition", path: "taskRoleArn", service: "ecs-tasks" },
  { type: "aws:ecs/taskDefinition:TaskDefinition", path: "executionRoleArn", service: "ecs-tasks" },
  { type: "aws:ecs/service:Service", path: "deploymentConfiguration.lifecycleHooks.roleArn", service: "ecs" },
  {
    type: "aws:ecs/service:Service",
    path: "loadBalancers.advancedConfiguration.roleArn",
    service: "ecs",
    managed: shiftsTraffic,
  },
];

/**
 * Checks, as AWS does when the resources are created or first run, that each service may take on the role that it is given, and
 * that ECS may change the load balancer with it. Throws one line per role that it can't.
 */
export function checkAssumedRoles(graphs: readonly Graph[], { roles }: Policies, account: string): void {
  const problemOf = (roleArn: string, { service, managed }: Assumed): string | undefined => {
    const role = roles.get(roleArn);
    if (!role) return `its role ${roleArn} is not in the graph`;
    const principal = `${service}.amazonaws.com`;
    const spoken = role.trust.filter(({ Principal }) => Principal.Service.includes(principal));
    // Lambda says nothing of the account for which it takes on a role.
    const context = service === "lambda" ? {} : { "aws:SourceAccount": account };
    if (evaluate(spoken, { action: "sts:AssumeRole", resource: roleArn, context }) !== "allowed")
      return `${principal} may not take on role ${role.name} for account ${account}: see its trust policy`;
    if (managed && !role.managed.includes(managed))
      return `role ${role.name} must have ${managed} attached, or ECS can't shift traffic`;
    return undefined;
  };
  const problems = graphs
    .flatMap(({ resources }) => resources)
    .flatMap(({ urn, type, inputs }) =>
      assumed
        .filter((one) => one.type === type)
        .flatMap((one) => at(one.path, inputs).map((roleArn) => problemOf(roleArn, one)))
        .flatMap((problem) => (problem === undefined ? [] : [`${urn}: ${problem}`])),
    );
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** The texts at the path; none where a member is missing. */
const at = (path: string, inputs: unknown): string[] =>
  path
    .split(".")
    .reduce<unknown[]>((found, name) => found.flatMap((one) => Object(one)[name] ?? []), [inputs])
    .map(String);
