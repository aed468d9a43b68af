import * as pulumi from "@pulumi/pulumi";

const { specialSigKey, specialArchiveSig, specialSecretSig, unknownValue } = pulumi.runtime;

/** What stands on Pulumi's wire as plain JSON: secrets opened, archives by path. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  if (value[specialSigKey] === specialArchiveSig) return { archive: value.path };
  if (value[specialSigKey] === specialSecretSig) return plain(value.value);
  return plainMap(value);
}

export const plainMap = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));

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
