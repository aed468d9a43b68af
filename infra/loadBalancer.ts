import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";

export interface LoadBalancerArgs {
  place: Place;
  network: Network;
  certificateArn: string;
  port: number;
  healthPath: string;
  /** True on the stack whose users must not be cut off by a mistaken `pulumi up`. */
  protect: boolean;
}

/** A request with this header goes to the colour that users don't see yet. */
export const testHeader = { name: "x-greengate-test", value: "green" };

/**
 * One HTTPS listener with two rules, production and test, over two target groups of identical settings.
 * ECS rewrites the rules' weights on every deployment and never checks them before it shifts: whoever puts them back mixes both
 * colours for everybody. Hence explicit rules, all of `actions` ignored, and protection.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
 */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;
  readonly blue: aws.lb.TargetGroup;
  readonly green: aws.lb.TargetGroup;
  readonly productionRule: aws.lb.ListenerRule;
  readonly testRule: aws.lb.ListenerRule;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:LoadBalancer", name, {}, opts);
    const { place, network, certificateArn, protect } = args;
    const parent = { parent: this };
    const guarded = { ...parent, protect };
    const balancer = new aws.lb.LoadBalancer(
      "balancer",
      {
        name: place.named("balancer"),
        loadBalancerType: "application",
        securityGroups: [network.balancerGroup.id],
        subnets: network.publicSubnetIds,
        dropInvalidHeaderFields: true,
        enableDeletionProtection: protect,
      },
      guarded,
    );
    this.dnsName = balancer.dnsName;
    this.blue = targetGroup("blue", args, parent);
    this.green = targetGroup("green", args, parent);
    const listener = new aws.lb.Listener(
      "https",
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn,
        // Never reached: the production rule takes every path.
        defaultActions: [
          { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "503", messageBody: "" } },
        ],
      },
      guarded,
    );
    const rule = (what: string, priority: number, condition: RuleCondition, weights: Weights) =>
      new aws.lb.ListenerRule(
        what,
        { listenerArn: listener.arn, priority, conditions: [condition], actions: [this.forward(weights)] },
        { ...guarded, ignoreChanges: ["actions"] },
      );
    // The lower number is asked first.
    const header = { httpHeader: { httpHeaderName: testHeader.name, values: [testHeader.value] } };
    this.testRule = rule("test", 10, header, { blue: 0, green: 100 });
    this.productionRule = rule("production", 20, { pathPattern: { values: ["/*"] } }, { blue: 100, green: 0 });
    this.registerOutputs();
  }

  private forward(weights: Weights) {
    const targetGroups = [
      { arn: this.blue.arn, weight: weights.blue },
      { arn: this.green.arn, weight: weights.green },
    ];
    return { type: "forward", forward: { targetGroups } };
  }
}

type Weights = { blue: number; green: number };
type RuleCondition = aws.types.input.lb.ListenerRuleCondition;

/** No stickiness: it would beat the weights. The health check is the fastest there is, so that a rollout isn't slower than it must. */
const targetGroup = (colour: "blue" | "green", args: LoadBalancerArgs, opts: pulumi.CustomResourceOptions) =>
  new aws.lb.TargetGroup(
    colour,
    {
      name: args.place.named(colour),
      targetType: "ip",
      protocol: "HTTP",
      port: args.port,
      vpcId: args.network.vpcId,
      // Seconds, not less than the longest request: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
      deregistrationDelay: 30,
      healthCheck: {
        path: args.healthPath,
        matcher: "200",
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    },
    opts,
  );
