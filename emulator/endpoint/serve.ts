import { randomUUID } from "node:crypto";
import { AwsError } from "../awsError.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { type ActionOf, type ServiceName, services } from "./services.ts";
import { unknownService } from "./unknownService.ts";

/** One API call, by its wire names: members are spelt as the service's API spells them, dates are epoch seconds. */
export type ApiCall = { [Name in ServiceName]: ApiCallOf<Name> }[ServiceName];

interface ApiCallOf<Name extends ServiceName> {
  service: Name;
  /** Such as `UpdateService`. */
  action: ActionOf<Name>;
  input: Record<string, unknown>;
  /** ARN of the role (or user) whose access key signed the request. */
  caller: string;
}

/** The cloud behind the protocols. An {@link AwsError} becomes the service's error; any other error is a fault of the cloud (500). */
export type Call = (call: ApiCall) => Promise<unknown>;

export interface ServeArgs {
  call: Call;
  /** Access key id → ARN of its role. Read at each request. */
  callers: ReadonlyMap<string, string>;
}

type Headers = HttpRequest["headers"];

/** Whether an AWS client signed this request (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
export const isSigned = ({ authorization }: Headers): boolean =>
  authorization?.startsWith("AWS4-HMAC-SHA256 ") ?? false;

/**
 * Serves one signed request. Who calls which service is told from the signature's scope; the signature itself isn't verified, because
 * the key is only a name inside one rehearsal on loopback and guards nothing.
 */
export async function serve({ call, callers }: ServeArgs, headers: Headers, body: string): Promise<HttpResponse> {
  const requestId = randomUUID();
  const { accessKeyId, signedFor } = scopeOf(headers);
  const service = services.find(({ name }) => name === signedFor);
  if (!service) {
    const { refuse, unknownAction } = unknownService(signedFor, headers);
    return refuse(unknownAction(unknown(signedFor || "an unnamed service", serviceNames)), requestId);
  }
  const { name, actions, protocol } = service;
  try {
    const caller = callers.get(accessKeyId);
    if (caller === undefined) throw protocol.unknownKey("The security token included in the request is invalid.");
    const action = protocol.actionOf(headers, body);
    if (!actions.includes(action)) throw protocol.unknownAction(unknown(`${name}:${action}`, actions));
    const output = await call({ service: name, action, input: protocol.inputOf(body), caller } as ApiCall);
    return protocol.answer(action, output, requestId);
  } catch (error) {
    return protocol.refuse(asAwsError(error), requestId);
  }
}

const serviceNames = services.map(({ name }) => name);

/** `Credential=<access key id>/<date>/<region>/<service>/aws4_request`. */
function scopeOf({ authorization = "" }: Headers): { accessKeyId: string; signedFor: string } {
  const [accessKeyId = "", , , signedFor = ""] = (/Credential=([^,\s]+)/.exec(authorization)?.[1] ?? "").split("/");
  return { accessKeyId, signedFor };
}

const unknown = (asked: string, known: readonly string[]): string =>
  `The embedded cloud doesn't know ${asked}, only ${known.join(", ")}.`;

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AwsError("InternalFailure", `A fault of the embedded cloud: ${why}`, 500);
}
