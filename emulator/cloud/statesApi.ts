import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { ActionOf } from "../endpoint/services.ts";
import { page, paging } from "./page.ts";
import type { Run, StateMachine, StepFunctions, TokenAnswer } from "./stepFunctions.ts";
import { taking } from "./taking.ts";

type StatesApi = Record<ActionOf<"states">, (input: unknown) => Promise<object>>;

const executionArn = v.string();
const taskToken = v.string();
const failure = { error: v.exactOptional(v.string()), cause: v.exactOptional(v.string()) };
// In the order of AWS's words.
const statuses = ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];
const statusFilter = v.pipe(
  v.picklist(statuses, `Member must satisfy enum value set: [${statuses.join(", ")}]`),
  // AWS refuses it too; in which words is [unverified].
  v.notValue("PENDING_REDRIVE", "Only of a Map Run's executions"),
);
const includeExecutionData = v.optional(v.literal(true, "The embedded cloud always includes it"));

/** Step Functions' API, as far as the project calls it. Dates are epoch seconds, as on the wire. */
export function statesApi(service: StepFunctions, machines: readonly StateMachine[]): StatesApi {
  const runOf = (arn: string): Run => {
    checkArn(arn, "execution");
    const run = service.runs.get(arn);
    if (!run) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    return run;
  };
  const answer = async (token: string, given: TokenAnswer) => {
    await service.answerToken(token, given);
    return {};
  };
  return {
    StartExecution: taking(
      { stateMachineArn: v.string(), name: v.exactOptional(v.string()), input: v.optional(v.string(), "{}") },
      async (input) => {
        const { execution } = await service.startExecution(input);
        return { executionArn: execution.identity.executionArn, startDate: execution.startedAt / 1000 };
      },
    ),
    DescribeExecution: taking({ executionArn }, ({ executionArn }) => description(runOf(executionArn))),
    GetExecutionHistory: taking(
      { executionArn, reverseOrder: v.optional(v.boolean(), false), includeExecutionData, ...paging },
      ({ executionArn, reverseOrder, ...paging }) => {
        const { history } = runOf(executionArn);
        const ordered = reverseOrder ? history.toReversed() : history;
        const { items, ...more } = page(ordered, ({ id }) => `${executionArn} ${id}`, paging);
        return { events: items.map((event) => ({ ...event, timestamp: event.timestamp / 1000 })), ...more };
      },
    ),
    ListExecutions: taking(
      { stateMachineArn: v.string(), statusFilter: v.optional(statusFilter), ...paging },
      ({ stateMachineArn: arn, statusFilter, ...paging }) => {
        checkArn(arn, "stateMachine");
        if (!machines.some((machine) => machine.arn === arn))
          throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
        const runs = [...service.runs.values()]
          .filter(({ machine }) => machine.arn === arn)
          .map(summary)
          .reverse();
        const isWanted = ({ status }: { status: string }) => statusFilter === undefined || status === statusFilter;
        const { items: executions, ...more } = page(runs, (run) => run.executionArn, paging, isWanted);
        return { executions, ...more };
      },
    ),
    StopExecution: taking({ executionArn, ...failure }, async ({ executionArn, ...outcome }) => {
      checkArn(executionArn, "execution");
      const { execution } = await service.stopExecution(executionArn, outcome);
      return { stopDate: (execution.stoppedAt ?? execution.startedAt) / 1000 };
    }),
    SendTaskSuccess: taking({ taskToken, output: v.string() }, ({ taskToken, output }) =>
      answer(taskToken, { kind: "taskSucceeded", output }),
    ),
    SendTaskFailure: taking({ taskToken, ...failure }, ({ taskToken, ...why }) =>
      answer(taskToken, { kind: "taskFailed", ...why }),
    ),
    SendTaskHeartbeat: taking({ taskToken }, ({ taskToken }) => answer(taskToken, { kind: "taskHeartbeat" })),
  };
}

/** In words as recorded, see {@link paging}. */
function checkArn(arn: string, expected: "execution" | "stateMachine"): void {
  const [prefix, , , , , type] = arn.split(":");
  const refusal = (why: string) => new AwsError("InvalidArn", `Invalid Arn: '${why}'`);
  if (prefix !== "arn") throw refusal(`Invalid ARN prefix: ${arn}`);
  if (type !== expected) throw refusal(`Resource type not valid in this context: ${type}`);
}

const summary = ({ execution, machine }: Run) => ({
  executionArn: execution.identity.executionArn,
  stateMachineArn: machine.arn,
  name: execution.identity.name,
  status: execution.status,
  startDate: execution.startedAt / 1000,
  stopDate: execution.stoppedAt && execution.stoppedAt / 1000,
  redriveCount: 0,
});

function description(run: Run) {
  const { input, output, error, cause } = run.execution;
  const [inputDetails, outputDetails] = [input, output].map((data) => data && { included: true });
  return { ...summary(run), input, inputDetails, output, outputDetails, error, cause };
}
