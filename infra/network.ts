import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";

export interface NetworkArgs {
  place: Place;
  /** Port that the application listens on. */
  port: number;
}

/**
 * A VPC of two zones: the load balancer in the public subnets, the tasks in the private ones behind one NAT gateway.
 * Only the load balancer reaches the tasks.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly balancerGroup: aws.ec2.SecurityGroup;
  readonly taskGroup: aws.ec2.SecurityGroup;

  constructor(name: string, { place, port }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:Network", name, {}, opts);
    const parent = { parent: this };
    const vpc = new awsx.ec2.Vpc(
      place.named("vpc"),
      {
        numberOfAvailabilityZones: 2,
        natGateways: { strategy: "Single" },
        subnetStrategy: "Auto",
        enableDnsHostnames: true,
      },
      parent,
    );
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.balancerGroup = new aws.ec2.SecurityGroup(
      "balancer",
      {
        name: place.named("balancer"),
        description: "Users reach the load balancer over HTTPS",
        vpcId: vpc.vpcId,
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
        egress: [everywhere],
      },
      parent,
    );
    this.taskGroup = new aws.ec2.SecurityGroup(
      "tasks",
      {
        name: place.named("tasks"),
        description: "The load balancer reaches the tasks, nothing else does",
        vpcId: vpc.vpcId,
        ingress: [{ protocol: "tcp", fromPort: port, toPort: port, securityGroups: [this.balancerGroup.id] }],
        egress: [everywhere],
      },
      parent,
    );
    this.registerOutputs();
  }
}

const everywhere = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
