/** The application answered, and the answer is wrong: the release is to blame. */
export class CheckFailed extends Error {
  override name = "CheckFailed";
}

/** The check could not be done (no connection, no secret, a guard said no): nothing is known about the release, so it isn't green. */
export class NotJudged extends Error {
  override name = "NotJudged";
}

/** States what the application must have done; `why` completes "it is red because …". */
export function demand(holds: boolean, why: string): asserts holds {
  if (!holds) throw new CheckFailed(why);
}

/** The message and the causes below it (`fetch failed` alone says nothing). */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describeError(error.cause)}`;
}
