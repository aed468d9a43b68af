import * as v from "valibot";

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const list = v.pipe(
  text,
  v.transform((all) => all.split(",").map((one) => one.trim())),
  v.check((all) => all.every((one) => one !== "")),
);
const number = v.pipe(text, v.regex(/^\d+$/), v.transform(Number));

const schema = v.object({
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
  /** ARN of the release machine whose executions are evidence; with it go the four that follow. */
  EVIDENCE_MACHINE: v.optional(text),
  /** Name of that environment's ledger table. */
  EVIDENCE_LEDGER: v.optional(text),
  EVIDENCE_DAYS: v.optional(number),
  EXPIRES_AFTER_HOURS: v.optional(number),
  /** Names of those who may decide, separated by commas. */
  APPROVERS: v.optional(list),
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
  offersTo?: string | undefined;
  gate?: Gate;
}

/** Reads the function's environment variables. Throws one InvalidEnvironment that names every one that is wrong. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): GateSettings {
  const read = v.safeParse(schema, variables);
  const names = read.issues?.map((issue) => v.getDotPath(issue)) ?? [];
  const { EVIDENCE_MACHINE, EVIDENCE_LEDGER, EVIDENCE_DAYS, EXPIRES_AFTER_HOURS, APPROVERS, ...rest } = read.success
    ? read.output
    : ({} as Partial<v.InferOutput<typeof schema>>);
  const gated = [EVIDENCE_MACHINE, EVIDENCE_LEDGER, EVIDENCE_DAYS, EXPIRES_AFTER_HOURS, APPROVERS];
  if (read.success && gated.some((one) => one === undefined) && gated.some((one) => one !== undefined))
    names.push("EVIDENCE_MACHINE, EVIDENCE_LEDGER, EVIDENCE_DAYS, EXPIRES_AFTER_HOURS and APPROVERS together");
  if (!read.success || names.length > 0) {
    const message = `gate: environment variables to be set by pulumi up: ${names.join(", ")}`;
    throw Object.assign(new Error(message), { name: "InvalidEnvironment" });
  }
  const own = rest as v.InferOutput<typeof schema>;
  return {
    project: own.PROJECT,
    environment: own.ENVIRONMENT,
    repository: own.REPOSITORY,
    ledger: own.LEDGER,
    template: own.TEMPLATE,
    registries: own.REGISTRIES,
    topic: own.TOPIC,
    lockWaitMinutes: own.LOCK_WAIT_MINUTES,
    offersTo: own.OFFERS_TO,
    ...(EVIDENCE_MACHINE && EVIDENCE_LEDGER && EVIDENCE_DAYS && EXPIRES_AFTER_HOURS && APPROVERS
      ? {
          gate: {
            machine: EVIDENCE_MACHINE,
            ledger: EVIDENCE_LEDGER,
            evidenceDays: EVIDENCE_DAYS,
            expiresAfterHours: EXPIRES_AFTER_HOURS,
            approvers: APPROVERS,
          },
        }
      : {}),
  };
}
