export interface HostsArgs {
  /** Origin that is asked → origin that serves it. */
  hosts: Readonly<Record<string, string>>;
  /** Reachable as it is. */
  endpoint: string;
}

type Dispatcher = NonNullable<RequestInit["dispatcher"]>;

/** Where undici, which is Node's `fetch`, keeps the dispatcher of all requests: https://undici.nodejs.org/#/docs/api/Dispatcher. */
const slot = Symbol.for("undici.globalDispatcher.1");

/**
 * Gives this thread's `fetch` the embedded cloud's DNS. A known origin is connected to where `hosts` says; to caller and application
 * alike it is itself (`response.url`, Host). Any other origin fails as an unknown host does, so a rehearsal never reaches the real world.
 */
export function resolveHosts({ hosts, endpoint }: HostsArgs): void {
  // Node loads undici, and fills the slot, when the first of its globals is asked for.
  void globalThis.Request;
  const dispatcher: Dispatcher | undefined = Reflect.get(globalThis, slot);
  if (!dispatcher) throw new Error("This Node's fetch has no dispatcher in undici's place; use Node 24.");
  const resolving = dispatcher.compose((dispatch) => (options, handler) => {
    const { origin, host } = new URL(String(options.origin));
    if (origin === endpoint) return dispatch(options, handler);
    const served = hosts[origin];
    if (served === undefined) throw unknownHost(origin, hosts);
    return dispatch({ ...options, origin: served, headers: { ...options.headers, host } }, handler);
  });
  Reflect.set(globalThis, slot, resolving);
}

function unknownHost(origin: string, hosts: HostsArgs["hosts"]): Error {
  const known = Object.keys(hosts).join(", ") || "none";
  return new Error(`getaddrinfo ENOTFOUND ${origin}: the embedded cloud's hosts are ${known}`);
}
