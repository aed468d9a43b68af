import { randomUUID } from "node:crypto";
import { AwsError } from "../awsError.ts";
import type { WireRequest, WireResponse } from "./protocol.ts";
import { type Service, type ServiceName, services } from "./services.ts";

/** One API call, by its wire names: members are spelt as the service's API spells them, dates are epoch seconds. */
export interface ApiCall {
  service: ServiceName;
  /** Such as `UpdateService`. */
  action: string;
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

/** Whether an AWS client signed this request (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
export const isSigned = (headers: WireRequest["headers"]): boolean =>
  headers.authorization?.startsWith("AWS4-HMAC-SHA256 ") ?? false;

/**
 * Serves one signed request. Who calls is told from the access key id; the signature itself isn't verified, because the key is only
 * a name inside one rehearsal on loopback and guards nothing.
 */
export async function serve({ call, callers }: ServeArgs, request: WireRequest): Promise<WireResponse> {
  const requestId = randomUUID();
  const scope = credentialScope(request.headers.authorization ?? "");
  const { service, action } = addressed(request, scope.service);
  try {
    if (!service || !action) throw unsupported(request, scope.service);
    const caller = callers.get(scope.accessKeyId);
    if (caller === undefined) throw refusal(service.unknownKey);
    const output = await call({ service: service.name, action, input: parsed(service, request.body), caller });
    return service.protocol.answer(action, output, requestId);
  } catch (error) {
    return (service ?? fallback).protocol.refuse(asAwsError(error), requestId);
  }
}

const fallback = services[0]!;

/** `Credential=<access key id>/<date>/<region>/<service>/aws4_request`. */
function credentialScope(authorization: string): { accessKeyId: string; service: string } {
  const [accessKeyId = "", , , service = ""] = (/Credential=([^,\s]+)/.exec(authorization)?.[1] ?? "").split("/");
  return { accessKeyId, service };
}

function addressed(request: WireRequest, signedFor: string): { service?: Service; action?: string } {
  for (const service of services) {
    const action = service.protocol.actionOf(request, signedFor);
    if (action) return { service, action };
  }
  return {};
}

function unsupported({ headers }: WireRequest, signedFor: string): AwsError {
  const asked = headers["x-amz-target"] ?? `a request to ${signedFor || "an unnamed service"}`;
  const known = services.map(({ name }) => name).join(", ");
  return new AwsError("UnknownOperationException", `The embedded cloud doesn't know ${asked}; it speaks ${known}.`);
}

function parsed(service: Service, body: string): Record<string, unknown> {
  try {
    return service.protocol.parse(body);
  } catch (cause) {
    throw new AwsError("SerializationException", cause instanceof Error ? cause.message : String(cause));
  }
}

const refusal = ({ code, message, status }: Service["unknownKey"]): AwsError => new AwsError(code, message, status);

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AwsError("InternalFailure", `A fault of the embedded cloud: ${why}`, 500);
}
