import { machinesOf, tablesOf } from "../emulator/cloud/account.ts";
import { candidateOf, executionName } from "./candidates.ts";
import type { Rehearsal } from "./open.ts";
import { commitOf } from "./samples.ts";
import type { Stage } from "./stage.ts";

/** What people can do with a running cloud, in lines: addresses, an operator's environment variables, commands that work as they stand. */
export function guide(
  { origin, operator, graphs }: Pick<Rehearsal, "origin" | "operator" | "graphs">,
  { cloud, clock }: Stage,
): string[] {
  const machines = graphs.flatMap(machinesOf);
  const release = (stack: string) => machines.find(({ name }) => name.endsWith(`-${stack}-release`))?.arn;
  const services = Object.values(cloud.containers.state().services);
  const candidate = candidateOf("good-2", 2, { contains: ["good-1", "good-2"] });
  const name = executionName(candidate, clock.now());
  return [
    `\nBoth environments serve good-1 (${commitOf("good-1").slice(0, 7)}) behind their load balancers:`,
    ...Object.entries(cloud.origins).map(([stack, address]) => `  ${stack.padEnd(5)} ${address}`),
    "\nFor the AWS CLI or an SDK in another terminal, as an operator:",
    `  export AWS_ENDPOINT_URL=${origin}`,
    `  export AWS_REGION=${regionOf(release("dev"))} AWS_DEFAULT_REGION=${regionOf(release("dev"))}`,
    `  export AWS_ACCESS_KEY_ID=${operator.accessKeyId} AWS_SECRET_ACCESS_KEY=${operator.secretAccessKey}`,
    "\nMerge good-2 to main. Dev redeploys, then an approval link appears here: open it, type the commit, decide.",
    `  aws stepfunctions start-execution --state-machine-arn ${release("dev")} --name ${name} \\`,
    `    --input '${JSON.stringify({ candidate, requestedBy: "ana" })}'`,
    "\nSee what came of it:",
    `  aws stepfunctions list-executions --state-machine-arn ${release("live")}`,
    ...services.map(
      (one) => `  aws ecs list-service-deployments --cluster ${one.clusterArn} --service ${one.serviceName}`,
    ),
    ...graphs
      .flatMap(tablesOf)
      .map(
        (table) =>
          `  aws dynamodb get-item --table-name ${table.name} --key '{"${table.hashKey}":{"S":"environment"}}'`,
      ),
    ...Object.values(cloud.origins).map((address) => `  curl -s ${address}/health`),
    "\nCtrl-C ends everything.",
  ];
}

const regionOf = (arn = ""): string => arn.split(":")[3] ?? "";
