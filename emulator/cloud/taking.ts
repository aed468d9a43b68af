import * as v from "valibot";
import { AwsError } from "../awsError.ts";

type Input<Members extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<Members, undefined>>;

/**
 * An action that takes these members and no others; a schema's own message says what its member must be. Throws `code` in AWS's words.
 */
export const taking =
  <Members extends v.ObjectEntries>(
    members: Members,
    answer: (input: Input<Members>) => object | Promise<object>,
    code = "ValidationException",
  ) =>
  async (input: unknown): Promise<object> => {
    const read = v.safeParse(v.strictObject(members), input);
    if (read.success) return answer(read.output);
    const problems = read.issues.map((issue) => {
      const { value = null } = issue.path?.at(-1) ?? {};
      const shown = value === null ? "null" : `'${value}'`;
      return `Value ${shown} at '${v.getDotPath(issue)}' failed to satisfy constraint: ${constraint(issue)}`;
    });
    const count = `${problems.length} validation error${problems.length === 1 ? "" : "s"}`;
    throw new AwsError(code, `${count} detected: ${problems.join("; ")}`);
  };

function constraint({ type, received, message }: v.BaseIssue<unknown>): string {
  if (type !== "strict_object") return message;
  return received === "undefined" ? "Member must not be null" : "The embedded cloud doesn't take this member";
}
