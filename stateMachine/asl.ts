/**
 * Amazon States Language in JSONata mode, as far as Greengate uses it, checked at compile time: a misspelt `Next`, a JSONPath
 * field, a condition without braces, both or neither of `Next` and `End` are type errors.
 * https://states-language.net/ and https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */

export type Expression = `{% ${string} %}`;
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSONata expression as the whole string that Step Functions evaluates. */
export const jsonata = (text: string): Expression => `{% ${text} %}`;

/** `text` as a JSONata string literal. */
export const quoted = (text: string): string => JSON.stringify(text);

interface Values {
  /** Variables for the states that follow. Evaluated, as `Output` is, from the values at the state's entry. */
  Assign?: { [variable: string]: Json };
  Output?: Json;
}
type Onward<Name extends string> = { Next: Name; End?: never } | { End: true; Next?: never };

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: "FULL" | "NONE";
}
export interface Catcher<Name extends string> extends Values {
  ErrorEquals: string[];
  Next: Name;
}
interface Fallible<Name extends string> extends Values {
  Retry?: Retrier[];
  Catch?: Catcher<Name>[];
}

/** The front half of a task: what to call. Where it leads stays visible in the phase's literal. */
export interface TaskCall {
  Type: "Task";
  Resource: `arn:${string}`;
  Arguments: Json;
  /** Always set: an unbounded task can hold the environment's lock for a year. */
  TimeoutSeconds: number | Expression;
  Retry?: Retrier[];
}
export type TaskState<Name extends string> = TaskCall & Fallible<Name> & Onward<Name>;
export type PassState<Name extends string> = { Type: "Pass" } & Values & Onward<Name>;
export type WaitState<Name extends string> = { Type: "Wait"; Seconds: number | Expression } & Values & Onward<Name>;
export type ParallelState<Name extends string> = { Type: "Parallel"; Branches: Flow[] } & Fallible<Name> & Onward<Name>;
export interface ChoiceRule<Name extends string> extends Values {
  Condition: Expression;
  Next: Name;
}
/** Every guard is positive and its default refuses, hence `Default` is required. */
export interface ChoiceState<Name extends string> extends Values {
  Type: "Choice";
  Choices: ChoiceRule<Name>[];
  Default: Name;
}
export interface SucceedState {
  Type: "Succeed";
  Output?: Json;
}
export interface FailState {
  Type: "Fail";
  Error: string;
  Cause: string;
}

/** A state whose transitions lead to `Name`. */
export type State<Name extends string> = { Comment?: string } & (
  | TaskState<Name>
  | PassState<Name>
  | WaitState<Name>
  | ParallelState<Name>
  | ChoiceState<Name>
  | SucceedState
  | FailState
);

/** States that start somewhere: a whole machine, or one branch of a Parallel. */
export interface Flow {
  StartAt: string;
  States: { [name: string]: State<string> };
}
export interface Definition extends Flow {
  Comment: string;
  QueryLanguage: "JSONata";
  TimeoutSeconds: number;
}

/** Closes a flow: `StartAt` and every transition must name one of its own states. */
export const flow = <Name extends string>(closed: {
  StartAt: NoInfer<Name>;
  States: { [name in Name]: State<NoInfer<Name>> };
}): Flow => closed;

/** Some states of a flow, whose transitions may also leave through the named exits. */
export const phase =
  <Exit extends string>() =>
  <Name extends string>(states: { [name in Name]: State<NoInfer<Name> | Exit> }) =>
    states;
