import type { Lane } from "../contract/execution.ts";
import type { Json, Retrier, TaskCall } from "./asl.ts";

/** What AWS recommends to retry on a Lambda: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html */
const lambdaTrouble: Retrier = {
  ErrorEquals: [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
  ],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxDelaySeconds: 20,
  MaxAttempts: 6,
};

/** For a call that is best given up within two minutes: the state says what then. */
export const briefly = (...meaningful: string[]): Retrier[] => [
  ...except(meaningful),
  lambdaTrouble,
  { ErrorEquals: ["States.TaskFailed", "States.Timeout"], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4 },
];

/** For a call that must get through: about half an hour, and within 20 seconds of the end of an outage. */
export const persistently = (...meaningful: string[]): Retrier[] => [
  ...except(meaningful),
  {
    ErrorEquals: ["States.TaskFailed", "States.Timeout"],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 20,
    MaxAttempts: 90,
  },
];

/** Errors that say something. */
const except = (meaningful: string[]): Retrier[] =>
  meaningful.map((error) => ({ ErrorEquals: [error], MaxAttempts: 0 }));

/** Invoke a function and use its answer: `$states.result.Payload`. */
export const invoke = (functionArn: string, payload: Json, timeoutSeconds: number): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: functionArn, Payload: payload },
  TimeoutSeconds: timeoutSeconds,
});

/** Invoke a function that hands a task token to somebody; what they answer with it only wakes the execution. */
export const invokeAndWait = (functionArn: string, payload: Json, timeoutSeconds: number): TaskCall => ({
  ...invoke(functionArn, payload, timeoutSeconds),
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
});

/** This execution's ARN: the lock's holder. */
export const execution = "{% $states.context.Execution.Id %}";

/** A call to the gate. The lane is the definition's to say, never the input's. */
export const callGate = (
  functionArn: string,
  action: "admit" | "lock" | "markGood" | "close",
  lane: Lane,
  more: { [member: string]: Json } = {},
): TaskCall =>
  invoke(
    functionArn,
    {
      action,
      lane,
      execution,
      startedAt: "{% $states.context.Execution.StartTime %}",
      // Absent is 0: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
      redrives: "{% $sum([$states.context.Execution.RedriveCount]) %}",
      input: "{% $states.context.Execution.Input %}",
      now: "{% $millis() %}",
      ...more,
    },
    60,
  );
