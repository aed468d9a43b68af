import * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { problems } from "../contract/problems.ts";
import { keys } from "./keys.ts";
import { isFargateSize } from "./rules.ts";

export interface Configuration extends v.InferOutput<typeof keys> {
  /** From `aws:region`. */
  region: string;
}

/**
 * The stack's configuration; nothing else in the program reads any.
 * @throws RunError with one line per problem, all at once.
 */
export function configuration(): Configuration {
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const all = pulumi.runtime.allConfig();
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  const given = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), structured(value)]));
  const read = v.safeParse(keys, given);
  const region = all["aws:region"];
  const found = [
    ...(region ? [] : ["aws:region is missing: it must be the region of the stack, such as eu-central-1"]),
    ...problems(keys, given, read.issues ?? []).map((problem) => prefix + problem),
    ...(read.success ? contradictions(read.output).map((problem) => prefix + problem) : []),
  ];
  if (!read.success || !region || found.length > 0)
    throw new pulumi.RunError(found.map((problem) => `${file}: ${problem}`).join("\n"));
  return { ...read.output, region };
}

/** Pulumi hands every value over as text, numbers and structures as JSON. */
function structured(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** What each key alone can't say. */
function contradictions({ container, gate, offersTo }: v.InferOutput<typeof keys>): string[] {
  const stack = pulumi.getStack();
  const { cpu, memory } = container;
  return [
    ...(isFargateSize(cpu, memory)
      ? []
      : [`container.memory must be 2 to 8 times the cpu of ${cpu}, in steps of 1024, not ${memory}`]),
    ...(gate && offersTo ? ["offersTo must not stand beside gate: a gated environment is the last one"] : []),
    ...(gate || offersTo
      ? []
      : ["offersTo is missing, and so is gate: an environment offers its releases on or gates them"]),
    ...(gate?.from === stack ? [`gate.from must be another stack, not "${stack}"`] : []),
    ...(offersTo === stack ? [`offersTo must be another stack, not "${stack}"`] : []),
  ];
}
