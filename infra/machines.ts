import * as pulumi from "@pulumi/pulumi";
import type { Lane, MachineSettings } from "../stateMachine/settings.ts";
import type { Configuration } from "./configuration.ts";
import { ledgerName } from "./ledger.ts";
import type { Place } from "./place.ts";
import type { Statement } from "./role.ts";
import { machineName, StateMachine } from "./stateMachine.ts";

export interface MachinesArgs {
  place: Place;
  config: Configuration;
  /** ARN, with revision, of the template task definition. */
  template: pulumi.Output<string>;
  functions: { deploy: pulumi.Output<string>; smoke: pulumi.Output<string>; ask?: pulumi.Output<string> };
  topic: pulumi.Output<string>;
}

/** The environment's three machines: whom IAM lets start which is what tells a release from an emergency. */
export class Machines extends pulumi.ComponentResource {
  readonly release: pulumi.Output<string>;
  readonly emergency: pulumi.Output<string>;
  readonly rollback: pulumi.Output<string>;

  constructor(name: string, args: MachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:Machines", name, {}, opts);
    const { place } = args;
    const settings = machineSettings(args);
    const arn = (lane: Lane, more: Statement[]) =>
      new StateMachine(lane, { place, settings, statements: [...changing(args), ...more] }, { parent: this }).arn;
    this.release = arn("release", releasing(args));
    this.emergency = arn("emergency", []);
    this.rollback = arn("rollback", []);
    this.registerOutputs();
  }
}

/** Other environments' machines and ledgers are named, not referenced: dev and live would otherwise wait for each other. */
function machineSettings({ place, config, template, functions, topic }: MachinesArgs): pulumi.Output<MachineSettings> {
  const { gate, offersTo, repository, bakeMinutes, scaleUpMinutes, lockWaitMinutes } = config;
  const { project, environment, region, account } = place;
  const release = (of: string) => place.arn("states", `stateMachine:${machineName(place, "release", of)}`);
  return pulumi.output({
    project,
    environment,
    region,
    account,
    ledger: ledgerName(place),
    template,
    functions,
    topic,
    repository,
    ...(gate
      ? {
          gate: {
            from: gate.from,
            ledger: ledgerName(place, gate.from),
            machineArn: release(gate.from),
            expiresAfterHours: gate.expiresAfterHours,
            evidenceDays: gate.evidenceDays,
          },
        }
      : {}),
    ...(offersTo ? { offersTo: release(offersTo) } : {}),
    bakeMinutes,
    scaleUpMinutes,
    lockWaitMinutes,
  });
}

const table = (place: Place, environment?: string) => place.arn("dynamodb", `table/${ledgerName(place, environment)}`);
const executions = (place: Place, lane: Lane, environment?: string) =>
  place.arn("states", `execution:${machineName(place, lane, environment)}:*`);

/** What every lane does: move the service, keep the ledger, ask after the lock's holder, tell people. */
const changing = ({ place, functions, topic }: MachinesArgs): Statement[] => [
  { actions: ["lambda:InvokeFunction"], resources: [functions.deploy, functions.smoke] },
  { actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources: [table(place)] },
  {
    actions: ["states:DescribeExecution"],
    resources: [executions(place, "release"), executions(place, "emergency"), executions(place, "rollback")],
  },
  { actions: ["sns:Publish"], resources: [topic] },
];

/** What a release does beyond: read the gate's facts, ask, offer onwards. */
function releasing({ place, config: { gate, offersTo }, functions }: MachinesArgs): Statement[] {
  const read = { actions: ["dynamodb:BatchGetItem"], resources: [table(place)] };
  return [
    ...(gate
      ? [
          { ...read, resources: [...read.resources, table(place, gate.from)] },
          { actions: ["states:DescribeExecution"], resources: [executions(place, "release", gate.from)] },
        ]
      : [read]),
    ...(functions.ask ? [{ actions: ["lambda:InvokeFunction"], resources: [functions.ask] }] : []),
    ...(offersTo
      ? [
          {
            actions: ["states:StartExecution"],
            resources: [place.arn("states", `stateMachine:${machineName(place, "release", offersTo)}`)],
          },
        ]
      : []),
  ];
}
