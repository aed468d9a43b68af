import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer } from "./loadBalancer.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";
import { role } from "./role.ts";
import { containerName } from "./taskDefinition.ts";

export interface EcsServiceArgs {
  place: Place;
  network: Network;
  loadBalancer: LoadBalancer;
  /** ARN of the template, which stands in until the first release. */
  taskDefinition: pulumi.Input<string>;
  port: number;
  bakeMinutes: number;
  /** ARN of the function that ECS asks before it shifts users' traffic. */
  admission: pulumi.Output<string>;
  protect: boolean;
  /** What the hook must find when ECS first asks it. */
  after: pulumi.Resource;
}

/** Name of the cluster and of its one service, known before either exists. */
export const serviceName = (place: Place): string => `${place.project}-${place.environment}`;

/**
 * The cluster and its service on ECS's own blue/green deployments. From the first release on, task definition, desired count and
 * load balancers are ECS's and deployment/'s to change.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html
 */
export class EcsService extends pulumi.ComponentResource {
  constructor(name: string, args: EcsServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:EcsService", name, {}, opts);
    const { place, network, loadBalancer, taskDefinition, port, bakeMinutes, admission, protect, after } = args;
    const parent = { parent: this };
    const cluster = new aws.ecs.Cluster("cluster", { name: serviceName(place) }, parent);
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
    const infrastructure = role(
      {
        place,
        what: "infrastructure",
        service: "ecs",
        description: "ECS registers targets and shifts traffic",
        policy: "AmazonECSInfrastructureRolePolicyForLoadBalancers",
      },
      parent,
    );
    const hook = role(
      {
        place,
        what: "hook",
        service: "ecs",
        description: "ECS asks the admission function",
        policy: [{ actions: ["lambda:InvokeFunction"], resources: [admission] }],
      },
      parent,
    );
    new aws.ecs.Service(
      "service",
      {
        name: serviceName(place),
        cluster: cluster.arn,
        launchType: "FARGATE",
        taskDefinition,
        // Nothing to run yet: the first release sets the count. That AWS creates a blue/green service of no tasks is unconfirmed.
        desiredCount: 0,
        healthCheckGracePeriodSeconds: 60,
        networkConfiguration: { subnets: network.privateSubnetIds, securityGroups: [network.taskGroup.id] },
        deploymentConfiguration: {
          strategy: "BLUE_GREEN",
          bakeTimeInMinutes: String(bakeMinutes),
          lifecycleHooks: [
            {
              hookTargetArn: admission,
              roleArn: hook.arn,
              lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
              // No time limit: the provider's comment allows one for PAUSE hooks only. The function and `look` keep their own.
            },
          ],
        },
        // One AWS page says that it is for rolling deployments only; Terraform's acceptance tests see it roll blue/green ones back.
        deploymentCircuitBreaker: { enable: true, rollback: true },
        loadBalancers: [
          {
            containerName,
            containerPort: port,
            targetGroupArn: loadBalancer.blue.arn,
            advancedConfiguration: {
              alternateTargetGroupArn: loadBalancer.green.arn,
              productionListenerRule: loadBalancer.productionRule.arn,
              testListenerRule: loadBalancer.testRule.arn,
              roleArn: infrastructure.arn,
            },
          },
        ],
        propagateTags: "TASK_DEFINITION",
        waitForSteadyState: false,
      },
      {
        ...parent,
        protect,
        dependsOn: [after],
        // `loadBalancers`: https://github.com/hashicorp/terraform-provider-aws/issues/45678
        ignoreChanges: ["taskDefinition", "desiredCount", "loadBalancers"],
      },
    );
    this.registerOutputs();
  }
}
