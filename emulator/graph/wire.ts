import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb.js";
import type { Resource } from "./graph.ts";

const { specialSigKey, specialArchiveSig, specialSecretSig, unknownValue } = pulumi.runtime;

/** A registration as the engine hears it, and what it was answered. */
export function resourceOf(request: RegisterResourceRequest, response: RegisterResourceResponse): Resource {
  const parent = request.getParent();
  const id = response.getId();
  return {
    urn: response.getUrn(),
    type: request.getType(),
    name: request.getName(),
    inputs: plainMap(wireMap(request.getObject())),
    outputs: { ...plainMap(wireMap(response.getObject())), ...(id ? { id } : {}) },
    ...(parent ? { parent } : {}),
    dependencies: request.getDependenciesList(),
    ignoreChanges: request.getIgnorechangesList(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
  };
}

/** A message's values as they stand on the wire, where secrets, archives and unknown values are marked. */
export const wireMap = (wire: { toJavaScript(): Record<string, unknown> } | undefined): Record<string, unknown> =>
  wire?.toJavaScript() ?? {};

/** The same as plain JSON: secrets opened, archives by path. */
export const plainMap = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  if (value[specialSigKey] === specialArchiveSig) return { archive: value.path };
  if (value[specialSigKey] === specialSecretSig) return plain(value.value);
  return plainMap(value);
}

/**
 * Paths of the values that nobody knows: outputs that no answer was given for, at whatever depth they were used. The program runs
 * as in a preview, where such a value stays marked as unknown; in an update it would vanish from its policy or its address.
 */
export function holes(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => holes(each, `${path}[${index}]`));
  if (isMap(value)) return Object.entries(value).flatMap(([key, each]) => holes(each, path ? `${path}.${key}` : key));
  if (value === null || value === unknownValue) return [path];
  // An output put into a string by hand; Pulumi leaves this text instead of a value.
  return typeof value === "string" && value.includes("Calling [to") ? [path] : [];
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
