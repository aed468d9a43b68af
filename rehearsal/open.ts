import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HistoryEvent } from "../emulator/asl/history.ts";
import { type ScaledClock, scaledClock } from "../emulator/clock.ts";
import type { FunctionResource } from "../emulator/cloud/account.ts";
import { type Cloud, type CloudArgs, type RunningFunction, startCloud } from "../emulator/cloud/cloud.ts";
import type { Mail } from "../emulator/cloud/outbox.ts";
import type { EcsState } from "../emulator/ecs/state.ts";
import { startEndpoint } from "../emulator/endpoint/endpoint.ts";
import { createFaults } from "../emulator/faults/faults.ts";
import type { Rule } from "../emulator/faults/rule.ts";
import { createFunction } from "../emulator/functions/function.ts";
import { environments, type Graph } from "../emulator/graph/graph.ts";
import { GraphError, loadGraph } from "../emulator/graph/load.ts";
import { type Crowd, startCrowd } from "./crowd.ts";
import { demoMerchant } from "./sample/merchants.ts";
import { type OnCrash, ownApplication, sampleConfig, sampleProcesses, smokeMerchant } from "./samples.ts";
import { createStage, type Stage } from "./stage.ts";

export interface RehearsalArgs {
  /** 0 takes any free one. */
  port: number;
  seed: string;
  /** Command line of the user's own application, in place of the sample backend. */
  app?: string | undefined;
  /** Aborted = the user has had enough; opening then rejects. */
  interruption?: AbortSignal;
}

/** The machine-wide part of a rehearsal: one endpoint and both stacks' graphs, for any number of clouds one after the other. */
export interface Rehearsal {
  origin: string;
  /** Both stacks. */
  graphs: readonly Graph[];
  /** An operator's, for SDK clients and the AWS CLI. They name the caller and guard nothing. */
  operator: { accessKeyId: string; secretAccessKey: string };
  /** A cloud of its own, with nothing released yet. Throws for a fault that has no place in it. */
  openCloud(watch: CloudWatch, faults?: readonly Rule[]): Promise<LiveStage>;
  /** Ends whatever is open. */
  close(): Promise<void>;
}

export interface CloudWatch {
  onEvent?(executionArn: string, event: HistoryEvent): void;
  onEcs?(state: EcsState): void;
  onMail?(mail: Mail): void;
  /** A mail that a person is to read: nobody answers for them. */
  onAsked?(mail: Mail): void;
  /** A fault has struck. */
  onFault?(rule: Rule): void;
  /** A task of the user's own application ended by itself. */
  onCrash?: OnCrash;
}

/** A stage on the laptop's real processes, sockets and workers. */
export interface LiveStage extends Stage {
  clock: ScaledClock;
  /** Users of both environments from now on; `rate`: requests a second and environment. */
  users(rate: number): Crowd;
  /** From now on faults strike. */
  beginFaults(): void;
  close(): Promise<void>;
}

/** Starts the endpoint and loads both stacks side by side. Throws one line when the port is taken or the configuration is wrong. */
export async function openRehearsal({ port, seed, app, interruption }: RehearsalArgs): Promise<Rehearsal> {
  const operator = credentialsOf("operator");
  const callers = new Map([[operator.accessKeyId, "arn:aws:iam::000000000000:user/operator"]]);
  let cloud: Cloud | undefined;
  let closeCloud = async () => {};
  const present = () => {
    if (!cloud) throw new Error("The embedded cloud is closed.");
    return cloud;
  };
  const endpoint = await startEndpoint({
    port,
    callers,
    call: (call) => present().call(call),
    site: (request) => present().site(request),
  });
  const bundles = await mkdtemp(join(tmpdir(), "greengate-"));
  let disposed = false;
  const dispose = async () => {
    disposed = true;
    await closeCloud();
    await endpoint.close();
    await rm(bundles, { recursive: true, force: true });
  };
  const functionUrl = `http://localhost:${endpoint.port}/`;
  const loaded = await Promise.allSettled(
    environments.map((stack) =>
      loadGraph({ stack, functionUrl, bundles, config: sampleConfig, ...(interruption ? { interruption } : {}) }),
    ),
  );
  const problems = loaded.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  if (problems.length > 0) {
    await dispose();
    throw problems.length === 1 ? problems[0] : new GraphError(problems.map(({ message }) => message).join("\n"));
  }
  const graphs = loaded.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));

  const runFunction =
    (clock: ScaledClock) =>
    (resource: FunctionResource, hosts: Record<string, string>): RunningFunction => {
      const credentials = credentialsOf(resource.name);
      callers.set(credentials.accessKeyId, resource.roleArn);
      const running = createFunction({ ...resource, credentials, endpoint: endpoint.origin, hosts });
      return { invoke: (event) => clock.during(() => running.invoke(event)), close: running.close };
    };

  return {
    origin: endpoint.origin,
    graphs,
    operator,
    async openCloud({ onMail, onAsked, onFault, onCrash, ...watch }, rules = []) {
      const faults = createFaults(rules, onFault);
      const clock = scaledClock(1);
      const args: CloudArgs = {
        clock,
        graphs,
        runFunction: runFunction(clock),
        runContainer: (app === undefined ? sampleProcesses : ownApplication(app, onCrash))(graphs),
        secretValue: () => JSON.stringify(smokeMerchant),
        seed,
        ...watch,
        onMail(mail) {
          stage.read(mail);
          onMail?.(mail);
          if (stage.operator === "a person") onAsked?.(mail);
        },
      };
      const opened = await startCloud(faults.into(args));
      if (disposed) {
        clock.close();
        await opened.close();
        throw new Error("The rehearsal is closed.");
      }
      cloud = opened;
      const stage = createStage({ cloud: opened, clock, graphs });
      const crowds: Crowd[] = [];
      closeCloud = async () => {
        closeCloud = async () => {};
        clock.close();
        const leaving = crowds.map((crowd) => crowd.stop());
        await opened.close();
        await Promise.all(leaving);
        cloud = undefined;
      };
      const users = (rate: number) => {
        const crowd = startCrowd(stage, rate, app === undefined ? demoMerchant : smokeMerchant);
        crowds.push(crowd);
        return crowd;
      };
      return Object.assign(stage, { clock, users, beginFaults: faults.begin, close: () => closeCloud() });
    },
    close: dispose,
  };
}

/** The key's id is the caller's name; the signature is not verified. */
const credentialsOf = (name: string) => ({
  accessKeyId: `AKID${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")}`,
  secretAccessKey: "guards-nothing",
});
