/**
 * What may be told of an error. Of AWS's only name and request id: its messages quote a value that is found invalid,
 * and here that can be a task token.
 */
export function trouble(error: unknown): string {
  if (!(error instanceof Error)) return "something that isn't an error was thrown";
  if (!("$metadata" in error)) return `${error.name}: ${error.message}`;
  const { requestId } = error.$metadata as { requestId?: string };
  return requestId ? `${error.name} (request ${requestId})` : error.name;
}

/** One line in the function's log; the token and the link are never in it. */
export const report = (question: { name: string }, what: string, error: unknown): void =>
  console.error(`approval: ${question.name}: ${what}: ${trouble(error)}`);
