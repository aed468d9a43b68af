/**
 * Runs `work`, and cleans up once when it is over or when the user ends it (Ctrl-C, SIGTERM).
 * Resolves with the exit code of an interruption, else undefined.
 */
export async function untilInterrupted(
  cleanUp: () => Promise<void>,
  work: () => Promise<void>,
): Promise<number | undefined> {
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<number>();
  const onSignal = (signal: NodeJS.Signals) => interrupt(signal === "SIGINT" ? 130 : 143);
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    return await Promise.race([interrupted, work().then(() => undefined)]);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await cleanUp();
  }
}
