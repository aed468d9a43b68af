export interface ProbeInput {
  url: string;
}

export interface ProbeOutput {
  status: number;
  /** Release that answered: `x-greengate-release`; `null` where nobody says one, as a load balancer's own answers. */
  release: string | null;
}

/** Milliseconds that one answer may take. */
const patience = 3_000;

/** One GET on a connection of its own: a kept-alive one may lead to the old colour. Rejects where no answer comes in time. */
export async function probe(fetchUrl: typeof fetch, { url }: ProbeInput): Promise<ProbeOutput> {
  const response = await fetchUrl(url, {
    redirect: "manual",
    headers: { connection: "close", "user-agent": "greengate" },
    signal: AbortSignal.timeout(patience),
  });
  await response.body?.cancel();
  return { status: response.status, release: response.headers.get("x-greengate-release") };
}
