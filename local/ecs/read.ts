import * as v from "valibot";

/** Text from outside in the shape of `schema`; throws what `refuse` makes of all problems: path, rule, actual value. */
export function read<T>(schema: v.GenericSchema<unknown, T>, value: unknown, refuse: (problems: string) => Error): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw refuse(parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`).join("; "));
}
