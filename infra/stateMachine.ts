import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Lane } from "../contract/execution.ts";
import { machine } from "../stateMachine/machine.ts";
import type { MachineSettings } from "../stateMachine/settings.ts";
import type { Place } from "./place.ts";
import { anything, role, type Statement } from "./role.ts";

export interface StateMachineArgs {
  place: Place;
  settings: pulumi.Input<MachineSettings>;
  /** ARNs of the functions that it may invoke; that is all it may do. */
  invokes: pulumi.Output<string>[];
}

/** Name of a lane's machine, which is also its role's. */
export const machineName = (place: Place, lane: Lane, environment = place.environment): string =>
  place.named(lane, environment);

/** One lane's machine, named after the lane, with a role and a log of its own. */
export class StateMachine extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(lane: Lane, { place, settings, invokes }: StateMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:StateMachine", lane, {}, opts);
    const parent = { parent: this };
    const name = machineName(place, lane);
    // This prefix keeps the log's resource policy, which holds 5,120 characters, from growing with every machine:
    // https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
    const logs = new aws.cloudwatch.LogGroup(
      lane,
      { name: `/aws/vendedlogs/states/${name}`, retentionInDays: 90 },
      parent,
    );
    const description = `What the ${lane} machine may do`;
    const own = role(
      {
        place,
        what: lane,
        service: "states",
        description,
        policy: [{ actions: ["lambda:InvokeFunction"], resources: invokes }, ...observing],
      },
      parent,
    );
    const created = new aws.sfn.StateMachine(
      lane,
      {
        name,
        type: "STANDARD",
        roleArn: own.arn,
        definition: pulumi.jsonStringify(pulumi.output(settings).apply((known) => machine(lane, known))),
        // With execution data, task tokens would stand in the log: whoever reads one may answer for the approvers.
        loggingConfiguration: {
          level: "ERROR",
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${logs.arn}:*`,
        },
        tracingConfiguration: { enabled: true },
      },
      parent,
    );
    this.arn = created.arn;
    this.registerOutputs();
  }
}

/** Neither has resource-level permissions. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const observing: Statement[] = [
  {
    actions: [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ],
    resources: anything,
  },
  {
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
    resources: anything,
  },
];
