import type { AwsError } from "../awsError.ts";

/** A request of an AWS client, whatever carried it. Header names are lower-case. */
export interface WireRequest {
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

/** What goes back to the client. */
export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One of AWS's protocols, bound to one service. `parse` throws a {@link SyntaxError} when the body isn't of the protocol. */
export interface Protocol {
  /** The action that the request asks of this service; `undefined` when it isn't for this service. */
  actionOf(request: WireRequest, signedFor: string): string | undefined;
  parse(body: string): Record<string, unknown>;
  answer(action: string, output: unknown, requestId: string): WireResponse;
  refuse(error: AwsError, requestId: string): WireResponse;
}
