import * as v from "valibot";

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());

const answerVariables = v.object({
  /** Name of the environment's ledger table. */
  LEDGER: text,
  /** ARN of the topic that tells people. */
  TOPIC: text,
  ENVIRONMENT: text,
  /** GitHub `owner/name`, for links. */
  REPOSITORY: text,
  /** Names of those who may decide, separated by commas. */
  APPROVERS: v.pipe(
    text,
    v.transform((all) => [...new Set(all.split(",").map((name) => name.trim()))]),
    v.check((names) => names.every((name) => name !== "")),
  ),
});
const askVariables = v.object({
  ...answerVariables.entries,
  /** Where links lead; ends with a slash. */
  LINK_BASE: v.pipe(text, v.url(), v.endsWith("/")),
});

export interface AnswerSettings {
  ledger: string;
  topic: string;
  environment: string;
  repository: string;
  approvers: string[];
}
export interface AskSettings extends AnswerSettings {
  linkBase: string;
}

type FunctionVariables = Readonly<Record<string, string | undefined>>;

/** Reads the answering function's environment variables. Throws one InvalidEnvironment that names every one that is wrong. */
export const readAnswerSettings = (variables: FunctionVariables): AnswerSettings =>
  nameSettings(read(answerVariables, variables));

/** Reads the asking function's environment variables, as {@link readAnswerSettings} does. */
export function readAskSettings(variables: FunctionVariables): AskSettings {
  const { LINK_BASE: linkBase, ...shared } = read(askVariables, variables);
  return { ...nameSettings(shared), linkBase };
}

const nameSettings = (variables: v.InferOutput<typeof answerVariables>): AnswerSettings => ({
  ledger: variables.LEDGER,
  topic: variables.TOPIC,
  environment: variables.ENVIRONMENT,
  repository: variables.REPOSITORY,
  approvers: variables.APPROVERS,
});

function read<Schema extends v.GenericSchema>(schema: Schema, variables: FunctionVariables): v.InferOutput<Schema> {
  const found = v.safeParse(schema, variables);
  if (found.success) return found.output;
  const names = new Set(found.issues.map((issue) => v.getDotPath(issue)));
  const message = `approval: environment variables to be set by pulumi up: ${[...names].join(", ")}`;
  throw Object.assign(new Error(message), { name: "InvalidEnvironment" });
}
