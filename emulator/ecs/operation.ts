import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Work } from "./work.ts";

/** One API action: the answer to the JSON that a client sent. Throws an {@link AwsError}. */
export type Operation = (work: Work, input: unknown, action: string) => object;

/** An action that takes what `schema` describes; anything else is an InvalidParameterException that says where, rule and actual value. */
export const operation =
  <T>(schema: v.GenericSchema<unknown, T>, answer: (work: Work, input: T) => object): Operation =>
  (work, given, action) => {
    const parsed = v.safeParse(schema, given);
    if (parsed.success) return wire(answer(work, parsed.output));
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`);
    throw new AwsError("InvalidParameterException", `${action}: ${problems.join("; ")}`);
  };

/** The state's records as ECS's JSON has them: without what only the model knows (`own`; a label of that name is text), dates as seconds. */
const wire = (answer: object): object =>
  JSON.parse(JSON.stringify(answer), (key, value) => {
    if (key === "own" && typeof value === "object") return undefined;
    return key.endsWith("At") && typeof value === "number" ? value / 1000 : value;
  });
