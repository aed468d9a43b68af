import type * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { EcsEvent } from "./events.ts";
import { describeServiceDeployments, describeServiceRevisions, listServiceDeployments } from "./history.ts";
import { read } from "./read.ts";
import { describeServices, updateService } from "./services.ts";
import { stopServiceDeployment } from "./stop.ts";
import { deregisterTaskDefinition, describeTaskDefinition, registerTaskDefinition } from "./taskDefinitions.ts";
import type { Work } from "./work.ts";

/** Answers an API call: in ECS's JSON, dates as seconds since 1970, or with the error that ECS's clients know. Each looks before it changes: a refused call changes nothing. */
export function answerCall(work: Work, { id: call, action, input }: Extract<EcsEvent, { type: "call" }>): void {
  try {
    const output = operation(action)(work, input);
    work.effects.push({ type: "reply", call, output });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    work.effects.push({ type: "reply", call, error: { code: error.code, message: error.message } });
  }
}

/** The actions that this ECS knows. Each is also an IAM action, `ecs:<name>`. */
export const ecsActions = {
  DeregisterTaskDefinition: bind(deregisterTaskDefinition),
  DescribeServiceDeployments: bind(describeServiceDeployments),
  DescribeServiceRevisions: bind(describeServiceRevisions),
  DescribeServices: bind(describeServices),
  DescribeTaskDefinition: bind(describeTaskDefinition),
  ListServiceDeployments: bind(listServiceDeployments),
  RegisterTaskDefinition: bind(registerTaskDefinition),
  StopServiceDeployment: bind(stopServiceDeployment),
  UpdateService: bind(updateService),
};

/** One API action: the input that it takes (fields beyond it are refused), and its answer. */
export interface Operation<T> {
  input: v.GenericSchema<unknown, T>;
  answer(work: Work, input: T): Record<string, unknown>;
}

type Bound = (action: string) => (work: Work, input: unknown) => Record<string, unknown>;

function bind<T>({ input: schema, answer }: Operation<T>): Bound {
  return (action) => (work, input) =>
    answer(
      work,
      read(schema, input, (problems) => new AwsError("InvalidParameterException", `${action}: ${problems}`)),
    );
}

function operation(action: string): ReturnType<Bound> {
  if (Object.hasOwn(ecsActions, action)) return ecsActions[action as keyof typeof ecsActions](action);
  const known = Object.keys(ecsActions).join(", ");
  throw new AwsError("UnknownOperationException", `local/ecs: ecs:${action} is not supported here; there are ${known}`);
}
