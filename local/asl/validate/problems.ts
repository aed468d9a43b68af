/** A plain JSON object that nothing is known of yet. */
export type Unknown = Record<string, unknown>;

export const isObject = (value: unknown): value is Unknown =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Collects one line per problem: where, rule, actual value. */
export interface Problems {
  /** `rule` completes "<where> must …". */
  must(holds: boolean, where: string, rule: string, value: unknown): void;
  lines: string[];
}

export function newProblems(): Problems {
  const lines: string[] = [];
  const must: Problems["must"] = (holds, where, rule, value) => {
    if (!holds) lines.push(`${where} must ${rule}, not ${briefly(value)}`);
  };
  return { lines, must };
}

/** Refuses every field that isn't among the known ones. */
export function onlyKnown(problems: Problems, where: string, object: Unknown, known: string[]): void {
  for (const [name, value] of Object.entries(object)) {
    const reason = jsonPathFields.has(name)
      ? "a JSONPath field, and only JSONata is supported"
      : "no field that is supported here";
    if (!known.includes(name)) problems.lines.push(`${where}.${name} is ${reason}: remove it (${briefly(value)})`);
  }
}

const jsonPathFields = new Set(
  [
    "InputPath",
    "OutputPath",
    "ResultPath",
    "Parameters",
    "ResultSelector",
    "Result",
    "ItemsPath",
    "SecondsPath",
    "TimestampPath",
  ].concat(["TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath", "ErrorPath", "CausePath", "Variable"]),
);

function briefly(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
