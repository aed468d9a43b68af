import * as v from "valibot";
import { problems } from "./problems.ts";

/**
 * What the machines send to each function and what they get back stands in the files beside, one a room. Every answer is one small
 * object whose `next` names what comes next; a definition's choices only compare it.
 */

/** Milliseconds since 1970, cloud time: time is an argument. */
export const time = v.number();
/** Seconds to wait before the next call. */
export const seconds = v.number();
/** For people: one line. */
export const why = v.string();

/** A call as its function's schema has it; throws InvalidCall with every problem, where and with which value. */
export function readCall<Schema extends v.GenericSchema>(
  room: string,
  schema: Schema,
  given: unknown,
): v.InferOutput<Schema> {
  const read = v.safeParse(schema, given);
  if (read.success) return read.output;
  const found = problems(schema, given, read.issues, "the call");
  throw Object.assign(new Error(`${room}: ${found.join("; ")}`), { name: "InvalidCall" });
}
