import { createHash } from "node:crypto";
import jsonata from "jsonata";
import { seeded } from "../uuid.ts";
import { bounds, MemoryLimit } from "./compile.ts";
import { isTooDeep, tooDeep } from "./limits.ts";
import { draw, drawUuid, type Turn } from "./turn.ts";

/**
 * What Step Functions adds to JSONata, and JSONata's own functions of time and chance, here from the turn's. There is no $eval.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions
 */
export function functions(turn: Turn): Record<string, unknown> {
  return {
    now: (picture?: string, timezone?: string) => format.evaluate(undefined, { at: turn.at, picture, timezone }),
    millis: () => turn.at,
    eval: undefined,
    uuid: () => drawUuid(turn),
    parse,
    partition,
    range,
    hash,
    shuffle: (items?: unknown) => shuffle(turn, items),
    random: (seed?: number) => (seed === undefined ? draw(turn) : seeded(String(seed))),
  };
}

/** As JSONata's own, but drawn from the execution's seed, so that a run repeats. */
function shuffle(turn: Turn, items: unknown): unknown {
  if (items === undefined) return undefined;
  const shuffled = Array.isArray(items) ? [...items] : [items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(draw(turn) * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

const format = jsonata("$fromMillis($at, $picture, $timezone)");

// Arguments that these don't like and what comes of them: measured on AWS,
// https://github.com/floci-io/floci/blob/main/docs/services/step-functions.md. The texts of the errors are [unverified].

function parse(text?: string): unknown {
  if (text === undefined) return undefined;
  if (isTooDeep(String(text))) throw { code: "D3137", message: `$parse: the text is ${tooDeep}` };
  try {
    return JSON.parse(text);
  } catch (error) {
    throw { code: "D3137", message: String(error) };
  }
}

function partition(items?: unknown, size?: number): unknown {
  const all = Array.isArray(items) ? items : [items];
  const whole = Math.trunc(size ?? all.length);
  if (whole < 0) throw { code: "D3137", message: "Second argument must be zero or greater" };
  if (items === undefined || all.length === 0 || whole === 0) return undefined;
  return Array.from({ length: Math.ceil(all.length / whole) }, (_, part) =>
    all.slice(part * whole, (part + 1) * whole),
  );
}

/** From `first` to at most `last`. One element comes back bare: recorded on AWS, where the result is a JSONata sequence. */
function range(...given: (number | undefined)[]): unknown {
  const [first = Number.NaN, last = Number.NaN, step = Number.NaN] = given.map((value) => value && Math.trunc(value));
  const length = Math.floor((last - first) / step) + 1;
  if (step === 0 || !(length > 0)) return undefined;
  if (length > bounds.range) throw new MemoryLimit();
  const numbers = Array.from({ length }, (_, position) => first + position * step);
  return Object.defineProperty(numbers, "sequence", { value: true });
}

function hash(content?: string, algorithm?: string): string | undefined {
  if (content === undefined || algorithm === undefined) return undefined;
  if (!algorithms.includes(algorithm))
    throw { code: "D3137", message: `$hash: the algorithm must be one of ${algorithms.join(", ")}, not ${algorithm}` };
  return createHash(algorithm.replace("-", "")).update(content).digest("hex");
}
const algorithms = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];
