import * as pulumi from "@pulumi/pulumi";
import type { Lane } from "../contract/execution.ts";
import type { MachineSettings } from "../stateMachine/settings.ts";
import type { Configuration } from "./configuration.ts";
import type { Place } from "./place.ts";
import { StateMachine } from "./stateMachine.ts";

export interface MachinesArgs {
  place: Place;
  config: Configuration;
  /** ARN, with revision, of the template task definition. */
  template: pulumi.Output<string>;
  functions: {
    gate: pulumi.Output<string>;
    deploy: pulumi.Output<string>;
    smoke: pulumi.Output<string>;
    ask?: pulumi.Output<string>;
  };
}

/** The environment's three machines: whom IAM lets start which is what tells a release from an emergency. */
export class Machines extends pulumi.ComponentResource {
  readonly release: pulumi.Output<string>;
  readonly emergency: pulumi.Output<string>;
  readonly rollback: pulumi.Output<string>;

  constructor(
    name: string,
    { place, config, template, functions }: MachinesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greengate:infra:Machines", name, {}, opts);
    const { gate, bakeMinutes, scaleUpMinutes, lockWaitMinutes } = config;
    const settings: pulumi.Output<MachineSettings> = pulumi.output({
      project: place.project,
      environment: place.environment,
      template,
      functions,
      expiresAfterHours: gate?.expiresAfterHours ?? 0,
      bakeMinutes,
      scaleUpMinutes,
      lockWaitMinutes,
    });
    const { ask, ...every } = functions;
    const create = (lane: Lane, invokes: pulumi.Output<string>[]) =>
      new StateMachine(lane, { place, settings, invokes }, { parent: this }).arn;
    const own = Object.values(every);
    this.release = create("release", ask ? [...own, ask] : own);
    this.emergency = create("emergency", own);
    this.rollback = create("rollback", own);
    this.registerOutputs();
  }
}
