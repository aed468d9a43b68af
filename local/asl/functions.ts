import { createHash } from "node:crypto";
import jsonata from "jsonata";

/** What an expression may ask of the world. */
export interface Surroundings {
  /** Cloud ms. */
  at: number;
  /** The next number from 0 to 1. */
  draw(): number;
  /** The next UUID, version 4. */
  uuid(): string;
}

/**
 * What Step Functions adds to JSONata, with the clock made an argument and without $eval.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions
 */
export function functions({ at, draw, uuid }: Surroundings): Record<string, unknown> {
  return {
    now: (picture?: string, timezone?: string) => format.evaluate(undefined, { at, picture, timezone }),
    millis: () => at,
    eval: undefined,
    uuid,
    parse,
    partition,
    range,
    hash,
    random: (seed?: number) => (seed === undefined ? draw() : seeded(String(seed))),
  };
}

/** A number from 0 to 1 that the text decides. */
export function seeded(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}

const format = jsonata("$fromMillis($at, $picture, $timezone)");

function parse(text?: string): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

function partition(items?: unknown, size?: number): unknown {
  if (items === undefined) return undefined;
  if (!size || size < 1) throw new Error(`$partition: the size must be a positive number, not ${size}`);
  const all = Array.isArray(items) ? items : [items];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) => all.slice(part * size, (part + 1) * size));
}

/** From `first` to at most `last`. One element comes back bare: recorded on AWS, where the result is a JSONata sequence. */
function range(first: number, last: number, step: number): unknown {
  if (!step) throw new Error(`$range: the step must not be ${step}`);
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > 1000) throw new Error(`$range: at most 1000 elements, not ${length}`);
  const numbers = Array.from({ length }, (_, position) => first + position * step);
  return Object.defineProperty(numbers, "sequence", { value: true });
}

function hash(content?: string, algorithm?: string): string | undefined {
  if (content === undefined) return undefined;
  const name = algorithms[algorithm ?? ""];
  if (!name)
    throw new Error(`$hash: the algorithm must be one of ${Object.keys(algorithms).join(", ")}, not ${algorithm}`);
  return createHash(name).update(content).digest("hex");
}

const algorithms: Record<string, string> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};
