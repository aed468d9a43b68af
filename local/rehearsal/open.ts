import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HistoryEvent } from "../asl/history.ts";
import { type ScaledClock, scaledClock } from "../clock.ts";
import type { FunctionResource } from "../cloud/account.ts";
import { type Cloud, type RunningFunction, startCloud } from "../cloud/cloud.ts";
import { dynaliteDatabase } from "../cloud/databases.ts";
import type { RunContainer } from "../cloud/elasticContainers.ts";
import type { Mail } from "../cloud/outbox.ts";
import type { EcsState } from "../ecs/state.ts";
import { startEndpoint } from "../endpoint/endpoint.ts";
import { createFunction } from "../functions/function.ts";
import type { Graph } from "../graph/graph.ts";
import { loadGraph } from "../graph/load.ts";
import { demoMerchant } from "../sample/merchants.ts";
import { type Counts, startUsers, type Users } from "../users/users.ts";
import { sampleProcesses, smokeMerchant } from "./samples.ts";
import { createStage, environments, type Stage } from "./stage.ts";

export interface RehearsalArgs {
  /** 0 takes any free one. */
  port: number;
  seed: string;
  /** What runs as a task; the sample's child processes unless given. */
  runContainer?: (graphs: readonly Graph[]) => RunContainer;
}

/** The machine-wide part of a rehearsal: one endpoint and both stacks' graphs, for any number of clouds one after the other. */
export interface Rehearsal {
  origin: string;
  /** A cloud of its own, with nothing released yet. */
  openCloud(args: CloudWatch): Promise<LiveStage>;
  /** Ends whatever is open. */
  close(): Promise<void>;
}

export interface CloudWatch {
  onEvent?(executionArn: string, event: HistoryEvent): void;
  onEcs?(state: EcsState): void;
  onMail?(mail: Mail): void;
}

/** A stage on the laptop's real processes, sockets and workers. */
export interface LiveStage extends Stage {
  clock: ScaledClock;
  /** Users of both environments from now on; `rate`: requests a second and environment. */
  users(rate: number): { stop(): Promise<Counts>; failures(): string[] };
  close(): Promise<void>;
}

/** Starts the endpoint and loads both stacks side by side. Throws one line when the port is taken or the configuration is wrong. */
export async function openRehearsal({ port, seed, runContainer = sampleProcesses }: RehearsalArgs): Promise<Rehearsal> {
  const callers = new Map<string, string>();
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
  const dispose = async () => {
    await closeCloud();
    await endpoint.close();
    await rm(bundles, { recursive: true, force: true });
  };
  const functionUrl = `http://localhost:${endpoint.port}/`;
  const graphs = await Promise.all(environments.map((stack) => loadGraph({ stack, functionUrl, bundles }))).catch(
    async (error: unknown) => {
      await dispose();
      throw error;
    },
  );

  const runFunction =
    (clock: ScaledClock) =>
    (resource: FunctionResource, hosts: Record<string, string>): RunningFunction => {
      const accessKeyId = `AKID${resource.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")}`;
      callers.set(accessKeyId, resource.roleArn);
      const credentials = { accessKeyId, secretAccessKey: "names the caller, guards nothing" };
      const running = createFunction({ ...resource, credentials, endpoint: endpoint.origin, hosts });
      return { invoke: (event) => clock.during(() => running.invoke(event)), close: running.close };
    };

  return {
    origin: endpoint.origin,
    async openCloud(watch) {
      const clock = scaledClock({ speed: 1 });
      const opened = await startCloud({
        clock,
        graphs,
        openDatabase: dynaliteDatabase,
        runFunction: runFunction(clock),
        runContainer: runContainer(graphs),
        secretValue: () => JSON.stringify(smokeMerchant),
        seed,
        ...watch,
        onMail(mail) {
          stage.read(mail);
          watch.onMail?.(mail);
        },
      });
      cloud = opened;
      const stage = createStage({ cloud: opened, clock, graphs });
      closeCloud = async () => {
        closeCloud = async () => {};
        clock.close();
        await opened.close();
        cloud = undefined;
      };
      return Object.assign(stage, { clock, users: (rate: number) => usersOf(stage, rate), close: () => closeCloud() });
    },
    close: dispose,
  };
}

function usersOf({ cloud, badReleases }: Stage, rate: number) {
  const flows: Users[] = Object.values(cloud.origins).map((origin) =>
    startUsers({ origin, rate, signIn: demoMerchant, isBad: (release) => badReleases.has(release) }),
  );
  return {
    async stop() {
      const counts = await Promise.all(flows.map((flow) => flow.stop()));
      const sum = (key: keyof Counts) => counts.reduce((total, each) => total + each[key], 0);
      return { sent: sum("sent"), failed: sum("failed"), badBuild: sum("badBuild") };
    },
    failures: () => flows.flatMap((flow) => [...flow.failures()]),
  };
}
