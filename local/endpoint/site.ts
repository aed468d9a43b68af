/** A plain HTTP request to the endpoint, such as an operator's browser opening a link. Header names are lower-case. */
export interface SiteRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Without the question mark. */
  query: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Address of the client. */
  sourceIp: string;
}

export interface SiteResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array;
}

/** What answers everything that isn't a signed AWS request. */
export type Site = (request: SiteRequest) => Promise<SiteResponse>;

/** One line of text. */
export const plain = (status: number, line: string): SiteResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: `${line}\n`,
});
