/** A request to the endpoint: of an AWS client, or of an operator's browser that opens a link. Header names are lower-case. */
export interface HttpRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Without the question mark. */
  query: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** Address of the client. */
  sourceIp: string;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array;
}

/** What answers everything that isn't a signed AWS request. */
export type Site = (request: HttpRequest) => Promise<HttpResponse>;

/** One line of text. */
export const plain = (status: number, line: string): HttpResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: `${line}\n`,
});
