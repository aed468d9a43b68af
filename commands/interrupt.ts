/** What can be closed once it has been opened. */
interface Opened {
  close(): Promise<void>;
}

/**
 * Opens something, works with it, and closes it when the work is over or when the user ends it (Ctrl-C, SIGTERM), even while it is
 * still being opened: then `open` hears of it by its signal, and must reject or resolve soon.
 * Resolves with the exit code of an interruption, else undefined; rejects as `open` or `work` does.
 */
export async function untilInterrupted<Thing extends Opened>(
  open: (interruption: AbortSignal) => Promise<Thing>,
  work: (thing: Thing) => Promise<void>,
): Promise<number | undefined> {
  const interruption = new AbortController();
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<number>();
  const onSignal = (signal: NodeJS.Signals) => {
    interrupt(signal === "SIGINT" ? 130 : 143);
    interruption.abort();
  };
  // Until the end: the terminal sends Ctrl-C to npm and to this process, and npm may send it on, so a second one is no impatience.
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const opening = open(interruption.signal);
  try {
    return await Promise.race([interrupted, opening.then(work).then(() => undefined)]);
  } finally {
    // What failed to open has nothing to close.
    const opened = await opening.catch(() => undefined);
    await opened?.close();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}
