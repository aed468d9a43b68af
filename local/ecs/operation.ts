import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Work } from "./work.ts";

/** One API action: the answer to the JSON that a client sent. Throws an {@link AwsError}. */
export type Operation = (work: Work, input: unknown, action: string) => object;

/** An action that takes what `schema` describes. */
export const operation =
  <T>(schema: v.GenericSchema<unknown, T>, answer: (work: Work, input: T) => object): Operation =>
  (work, given, action) =>
    wire(
      answer(
        work,
        parse(schema, given, (problems) => new AwsError("InvalidParameterException", `${action}: ${problems}`)),
      ),
    );

/** Text from outside in the shape of `schema`; throws what `refuse` makes of all problems: path, rule, actual value. */
export function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, refuse: (problems: string) => Error): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw refuse(parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`).join("; "));
}

/** The state's records as ECS's JSON has them: without what only the model knows (`own`; a label of that name is text), dates as seconds. */
const wire = (answer: object): object =>
  JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === "own" && typeof value === "object") return undefined;
    return key.endsWith("At") && typeof value === "number" ? value / 1000 : value;
  });
