import * as v from "valibot";
import type { Graph, Resource } from "../graph/graph.ts";
import { evaluate } from "./evaluate.ts";
import type { Policies, Role } from "./policies.ts";

/** A role that one of AWS's services takes on, because a resource says so. */
interface Assumed {
  /** URN of the resource. */
  by: string;
  service: "ecs" | "ecs-tasks" | "lambda" | "states";
  roleArn: string;
  /** Name of AWS's own policy that the role must have. */
  managed?: string;
}

/**
 * Checks, as AWS does when the resources are created or first run, that each service may take on the role that it is given, and
 * that ECS may change the load balancer with it. Throws one line per role that it can't.
 */
export function checkAssumedRoles(graphs: readonly Graph[], { roles }: Policies, account: string): void {
  const problems = graphs.flatMap(({ resources }) =>
    resources.flatMap(assumedBy).flatMap((assumed) => problemOf(assumed, roles.get(assumed.roleArn), account)),
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function problemOf({ by, service, roleArn, managed }: Assumed, role: Role | undefined, account: string): string[] {
  if (!role) return [`${by}: its role ${roleArn} is not in the graph`];
  const principal = `${service}.amazonaws.com`;
  const spoken = role.trust.filter(({ principals }) => principals.includes(principal));
  // Lambda says nothing of the account for which it takes on a role.
  const context = service === "lambda" ? {} : { "aws:SourceAccount": account };
  if (evaluate(spoken, { action: "sts:AssumeRole", resource: roleArn, context }) !== "allowed")
    return [`${by}: ${principal} may not take on role ${role.name} for account ${account}: see its trust policy`];
  if (managed && !role.managed.includes(managed))
    return [`${by}: role ${role.name} must have ${managed} attached, or ECS can't shift traffic`];
  return [];
}

function assumedBy({ urn: by, type, inputs }: Resource): Assumed[] {
  switch (type) {
    case "aws:sfn/stateMachine:StateMachine":
      return [{ by, service: "states", ...v.parse(role, inputs) }];
    case "aws:lambda/function:Function":
      return [{ by, service: "lambda", roleArn: v.parse(v.object({ role: v.string() }), inputs).role }];
    case "aws:ecs/taskDefinition:TaskDefinition": {
      const { taskRoleArn, executionRoleArn } = v.parse(taskRoles, inputs);
      const given = [taskRoleArn, executionRoleArn].filter((arn) => arn !== undefined);
      return given.map((roleArn) => ({ by, service: "ecs-tasks", roleArn }));
    }
    case "aws:ecs/service:Service": {
      const { loadBalancers, deploymentConfiguration } = v.parse(serviceRoles, inputs);
      return [
        ...deploymentConfiguration.lifecycleHooks.map(({ roleArn }) => ({ by, service: "ecs" as const, roleArn })),
        ...loadBalancers.map(({ advancedConfiguration: { roleArn } }) => ({
          by,
          service: "ecs" as const,
          roleArn,
          managed: "AmazonECSInfrastructureRolePolicyForLoadBalancers",
        })),
      ];
    }
    default:
      return [];
  }
}

const role = v.object({ roleArn: v.string() });
const taskRoles = v.object({ taskRoleArn: v.optional(v.string()), executionRoleArn: v.optional(v.string()) });
const serviceRoles = v.object({
  loadBalancers: v.array(v.object({ advancedConfiguration: role })),
  deploymentConfiguration: v.object({ lifecycleHooks: v.optional(v.array(role), []) }),
});
