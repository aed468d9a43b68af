import * as v from "valibot";
import { AwsError } from "../awsError.ts";

/**
 * What Step Functions' lists take (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html), in words as
 * recorded: https://github.com/localstack/localstack/blob/main/tests/aws/services/stepfunctions/v2/test_sfn_api.snapshot.json
 */
export const paging = {
  maxResults: v.pipe(
    v.optional(v.number(), 0),
    v.minValue(0, "Member must have value greater than or equal to 0"),
    v.maxValue(1000, "Member must have value less than or equal to 1000"),
  ),
  nextToken: v.optional(v.string()),
};

/**
 * One page of what is wanted, and a token where more follows. The token names the page's last item, by a name that it keeps: so the
 * next page begins behind it, whatever has changed or been added since. Throws InvalidToken.
 */
export function page<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  { maxResults, nextToken }: { maxResults: number; nextToken?: string | undefined },
  isWanted: (item: T) => boolean = () => true,
): { items: T[]; nextToken?: string } {
  const tokenOf = (item: T) => Buffer.from(nameOf(item)).toString("base64url");
  const before = nextToken === undefined ? -1 : all.findIndex((item) => tokenOf(item) === nextToken);
  if (nextToken !== undefined && before < 0) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
  const left = all.slice(before + 1).filter(isWanted);
  const items = left.slice(0, maxResults || 100);
  const last = items.at(-1);
  return { items, ...(last && left.length > items.length ? { nextToken: tokenOf(last) } : {}) };
}
