import * as v from "valibot";

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const list = v.pipe(
  text,
  v.transform((all) => all.split(",").map((one) => one.trim())),
  v.check((all) => all.every((one) => one !== "")),
);
const number = v.pipe(text, v.regex(/^\d+$/), v.transform(Number));

const variables = v.object({
  PROJECT: text,
  ENVIRONMENT: text,
  /** GitHub `owner/name`, for links. */
  REPOSITORY: text,
  /** Name of the environment's ledger table. */
  LEDGER: text,
  /** ARN, with revision, of the template that releases are made from. */
  TEMPLATE: text,
  /** Repositories that images may come from, separated by commas. */
  REGISTRIES: list,
  /** ARN of the topic that tells people. */
  TOPIC: text,
  LOCK_WAIT_MINUTES: number,
  /** ARN of the next environment's release machine, which green releases are offered to. */
  OFFERS_TO: v.optional(text),
});

/** All of them where one is set: half a gate would ask for nothing. */
const gateVariables = v.object({
  /** ARN of the release machine whose executions are evidence. */
  EVIDENCE_MACHINE: text,
  /** Name of that environment's ledger table. */
  EVIDENCE_LEDGER: text,
  EVIDENCE_DAYS: number,
  EXPIRES_AFTER_HOURS: number,
  /** Names of those who may decide, separated by commas. */
  APPROVERS: list,
});

/** What a release needs here before it may go ahead. */
export interface Gate {
  machine: string;
  ledger: string;
  evidenceDays: number;
  expiresAfterHours: number;
  approvers: string[];
}

export interface GateSettings {
  project: string;
  environment: string;
  repository: string;
  ledger: string;
  template: string;
  registries: string[];
  topic: string;
  lockWaitMinutes: number;
  offersTo: string | undefined;
  /** Absent where releases need neither evidence nor approval. */
  gate?: Gate;
}

/** Reads the function's environment variables. Throws one InvalidEnvironment that names every one that is wrong. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): GateSettings {
  const own = v.safeParse(variables, env);
  const isGated = Object.keys(gateVariables.entries).some((name) => env[name] !== undefined);
  const gate = isGated ? v.safeParse(gateVariables, env) : undefined;
  if (!own.success || gate?.success === false) {
    const names = [...(own.issues ?? []), ...(gate?.issues ?? [])].map((issue) => v.getDotPath(issue));
    const message = `gate: environment variables to be set by pulumi up: ${names.join(", ")}`;
    throw Object.assign(new Error(message), { name: "InvalidEnvironment" });
  }
  const { output } = own;
  return {
    project: output.PROJECT,
    environment: output.ENVIRONMENT,
    repository: output.REPOSITORY,
    ledger: output.LEDGER,
    template: output.TEMPLATE,
    registries: output.REGISTRIES,
    topic: output.TOPIC,
    lockWaitMinutes: output.LOCK_WAIT_MINUTES,
    offersTo: output.OFFERS_TO,
    ...(gate
      ? {
          gate: {
            machine: gate.output.EVIDENCE_MACHINE,
            ledger: gate.output.EVIDENCE_LEDGER,
            evidenceDays: gate.output.EVIDENCE_DAYS,
            expiresAfterHours: gate.output.EXPIRES_AFTER_HOURS,
            approvers: gate.output.APPROVERS,
          },
        }
      : {}),
  };
}
