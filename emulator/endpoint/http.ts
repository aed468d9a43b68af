import type { AwsError } from "../awsError.ts";

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

/** One of AWS's protocols, bound to one service. */
export interface Protocol extends Refusing {
  /** The action that is asked for, whether or not there is one of that name. */
  actionOf(headers: HttpRequest["headers"], body: string): string;
  /** Throws SerializationException where the body isn't of the protocol. */
  inputOf(body: string): Record<string, unknown>;
  answer(action: string, output: unknown, requestId: string): HttpResponse;
  /** The error for an access key that nobody issued. */
  unknownKey(message: string): AwsError;
}

/** As much of a protocol as a service speaks that isn't there. */
export interface Refusing {
  refuse(error: AwsError, requestId: string): HttpResponse;
  /** The error for an action that the service doesn't have. */
  unknownAction(message: string): AwsError;
}

/** One line of text. */
export const plain = (status: number, line: string): HttpResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: `${line}\n`,
});
