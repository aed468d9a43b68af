import * as v from "valibot";
import type { HttpAnswer } from "./exchange.ts";
import { CheckFailed, demand } from "./outcome.ts";

/** The body of a 200 as `schema` reads it, or the check has failed. `form` is how messages name the schema. */
export function readBody<T extends v.GenericSchema>(answer: HttpAnswer, schema: T, form: string): v.InferOutput<T> {
  demand(answer.status === 200, `${answer.request} answered ${answer.status}, not 200`);
  const read = v.safeParse(schema, answer.body);
  if (read.success) return read.output;
  // The issue's own message would quote the value, which may be a customer's.
  const path = v.getDotPath(read.issues[0]);
  throw new CheckFailed(
    `${answer.request} answered something else than ${form}${path === null ? "" : ` (at ${path})`}`,
  );
}
