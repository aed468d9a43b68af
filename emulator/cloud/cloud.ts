import type { TaskEffect } from "../asl/execution.ts";
import type { HistoryEvent } from "../asl/history.ts";
import type { Balancer } from "../balancer/balancer.ts";
import type { Clock } from "../clock.ts";
import { apply, type Tables } from "../dynamodb/apply.ts";
import { awsLike, type EcsSettings } from "../ecs/settings.ts";
import { type EcsState, emptyEcs } from "../ecs/state.ts";
import { functionUrlEvent, functionUrlForbidden, functionUrlResponse } from "../endpoint/functionUrl.ts";
import { plain, type Site } from "../endpoint/http.ts";
import type { ApiCall } from "../endpoint/serve.ts";
import type { Result } from "../functions/result.ts";
import type { Graph } from "../graph/graph.ts";
import { type Access, accessControl } from "../iam/access.ts";
import {
  type FunctionResource,
  functionsOf,
  functionUrlsOf,
  logGroupsOf,
  machinesOf,
  placeOf,
  secretsOf,
  tableItemsOf,
  tablesOf,
  topicsOf,
} from "./account.ts";
import { startBalancers } from "./balancers.ts";
import { createElasticContainers, type RunContainer } from "./elasticContainers.ts";
import { integrated } from "./integrations.ts";
import { createLogs } from "./logs.ts";
import { createOutbox, type Mail } from "./outbox.ts";
import { secretsApi } from "./secretsManager.ts";
import { statesApi } from "./statesApi.ts";
import { type ClosedRun, createStepFunctions } from "./stepFunctions.ts";

/** A Lambda that can be invoked; payloads go through JSON. What of it is real work it tells the clock itself. */
export interface RunningFunction {
  invoke(event: unknown): Promise<Result>;
  close(): Promise<void>;
}

export interface CloudArgs {
  clock: Clock;
  /** The stacks of one account. */
  graphs: readonly Graph[];
  runFunction(resource: FunctionResource, hosts: Record<string, string>): RunningFunction;
  runContainer: RunContainer;
  /** Value of a secret, by its name. */
  secretValue(name: string): string;
  /** The same seed, the same tokens. */
  seed: string;
  ecs?: Partial<EcsSettings>;
  /** Stands between a caller and the service that it calls. */
  aroundCall?(call: ApiCall, perform: () => Promise<unknown>): Promise<unknown>;
  /** Stands between ECS and a stack's balancer. */
  aroundBalancer?(balancer: Balancer, stack: string): Balancer;
  /** Stands between a machine's task, with the machine's role, and what it calls: where a fault goes. */
  aroundTask?(task: TaskEffect, roleArn: string, perform: () => Promise<string>): Promise<string>;
  onEvent?(executionArn: string, event: HistoryEvent): void;
  onEcs?(state: EcsState): void;
  onMail?(mail: Mail): void;
  /** What {@link Cloud.save} kept, on the same graphs. */
  saved?: SavedCloud | undefined;
  /** Hears each permission that a role needs. */
  onAccess?(access: Access): void;
}

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

/** A quiet cloud as plain JSON: no execution runs, no deployment is under way. Logs are not kept. */
export interface SavedCloud {
  tables: Tables;
  ecs: EcsState;
  runs: ClosedRun[];
  mails: Mail[];
}

/** Brings the resource graphs to life. */
export async function startCloud(args: CloudArgs) {
  const { clock, graphs, seed } = args;
  const machines = graphs.flatMap(machinesOf);
  const resources = graphs.flatMap(functionsOf);
  const secrets = secretsApi(graphs.flatMap(secretsOf), args.secretValue);
  const place = placeOf(machines);
  const denials: string[] = [];
  const access = accessControl({
    graphs,
    ...place,
    onAccess(one) {
      if (one.denied !== undefined) denials.push(one.denied);
      args.onAccess?.(one);
    },
  });
  let tables: Tables = Object.fromEntries(
    graphs.flatMap(tablesOf).map(({ name, hashKey }) => [name, { key: hashKey, items: {} }]),
  );
  if (args.saved) tables = args.saved.tables;
  else for (const item of graphs.flatMap(tableItemsOf)) tables = apply(tables, "PutItem", item).tables;
  const outbox = createOutbox({
    clock,
    topics: graphs.flatMap(topicsOf),
    seed,
    onMail: args.onMail,
    mails: args.saved?.mails,
  });
  const logs = createLogs(clock, graphs.flatMap(logGroupsOf));

  const balancers = await startBalancers({ clock, graphs, aroundBalancer: args.aroundBalancer });
  const functions = new Map(resources.map((resource) => [resource.arn, args.runFunction(resource, balancers.hosts)]));
  const invoke = async (functionArn: string, payload: unknown, caller: string): Promise<Result> => {
    const denied = access.invoke(functionArn, caller);
    return denied ? { error: denied } : run(functionArn, payload);
  };
  const run = async (functionArn: string, payload: unknown): Promise<Result> => {
    const running = functions.get(functionArn);
    if (running) return running.invoke(payload);
    const errorMessage = `Function not found: ${functionArn}`;
    return { error: { errorType: "Lambda.ResourceNotFoundException", errorMessage } };
  };

  const settings = { ...awsLike, ...args.ecs };
  const containers = createElasticContainers({
    clock,
    initial: args.saved ? { ...args.saved.ecs, settings } : emptyEcs({ ...place, settings }),
    balancerOf: balancers.ofArn,
    run: args.runContainer,
    openLog: logs.open,
    invoke,
    onChange: args.onEcs ?? (() => {}),
  });
  if (args.saved) containers.send({ type: "resumed" });
  else for (const graph of graphs) containers.send({ type: "stackCreated", graph });

  const { aroundCall = (_call, simply) => simply() } = args;
  const call = (apiCall: ApiCall): Promise<unknown> => clock.during(() => aroundCall(apiCall, () => dispatch(apiCall)));
  const dispatch = async (apiCall: ApiCall): Promise<unknown> => {
    access.call(apiCall);
    const { service, action, input } = apiCall;
    switch (service) {
      case "states":
        return states[action](input);
      case "ecs":
        return containers.call(action, input);
      case "dynamodb": {
        const applied = apply(tables, action, input);
        tables = applied.tables;
        return applied.output;
      }
      case "sns":
        return outbox[action](input);
      case "secretsmanager":
        return secrets[action](input);
      case "logs":
        return logs[action](input);
    }
  };

  const perform = integrated(invoke);
  const { aroundTask = (_task, _roleArn, simply) => simply() } = args;
  const stepFunctions = createStepFunctions({
    clock,
    machines,
    perform: (task, roleArn) => aroundTask(task, roleArn, () => perform(task, roleArn)),
    seed,
    onEvent: args.onEvent ?? (() => {}),
    closed: args.saved?.runs,
  });
  const states = statesApi(stepFunctions, machines);

  const published = graphs.flatMap(functionUrlsOf);
  const site: Site = async (request) => {
    const behind = resources.find(({ name }) => name === published[0]);
    if (!behind) return plain(404, "No function URL here.");
    if (!access.invokeByUrl(behind.arn)) return functionUrlForbidden;
    return functionUrlResponse(await run(behind.arn, functionUrlEvent(request, clock.now())));
  };

  return {
    call,
    /** What function URLs answer. */
    site,
    stepFunctions,
    containers,
    /** Stack → its load balancer's address. */
    origins: Object.fromEntries(Object.entries(balancers.byStack).map(([stack, { origin }]) => [stack, origin])),
    /** Stack → its load balancer, for whoever changes its listener's rules by hand. */
    balancers: balancers.byStack,
    mails: outbox.mails as readonly Mail[],
    /** What roles were refused for want of a permission, in AWS's words. */
    denials: denials as readonly string[],
    /** Throws where something is under way. */
    save(): SavedCloud {
      const ecs = containers.state();
      const open = Object.values(ecs.services).some((service) => service.currentServiceDeployment !== undefined);
      const runs = [...stepFunctions.runs.values()].map(({ machine, execution, history }) => ({
        machineArn: machine.arn,
        execution,
        history,
      }));
      if (open || runs.some(({ execution }) => execution.status === "RUNNING"))
        throw new Error("The cloud can't be saved: something is under way.");
      return { tables, ecs, runs, mails: [...outbox.mails] };
    },
    async close(): Promise<void> {
      stepFunctions.close();
      await containers.close();
      await Promise.all([...functions.values()].map((running) => running.close()));
      await balancers.close();
    },
  };
}
