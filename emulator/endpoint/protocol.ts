import type { AwsError } from "../awsError.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

/** One of AWS's protocols, bound to one service. */
export interface Protocol {
  /** The action that is asked for, whether or not there is one of that name. */
  actionOf(headers: HttpRequest["headers"], body: string): string;
  /** Throws SerializationException where the body isn't of the protocol. */
  inputOf(body: string): Record<string, unknown>;
  answer(action: string, output: unknown, requestId: string): HttpResponse;
  refuse(error: AwsError, requestId: string): HttpResponse;
  /** The error for an access key that nobody issued. */
  unknownKey(message: string): AwsError;
  /** The error for an action that the service doesn't have. */
  unknownAction(message: string): AwsError;
}
