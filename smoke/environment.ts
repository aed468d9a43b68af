import * as v from "valibot";

/** What the smoke's Lambdas are told by their environment variables. */
export interface SmokeEnvironment {
  /** Exact origin of the application, such as `https://dev.example.com`. */
  address: string;
  /** Ids of the merchants that the smoke may sign in as. */
  merchants: readonly string[];
  /** Id of the secret that holds `{"email": …, "password": …}`. */
  signInSecret: string;
  /** `dev` or `live`. */
  environment: string;
}

/** What the admission hook needs beyond that. */
export interface AdmissionEnvironment extends SmokeEnvironment {
  /** Name and value of the header that leads to green before users get there. */
  testHeader: readonly [name: string, value: string];
  /** Name of the ledger's table. */
  ledger: string;
  /** Name or ARN. */
  cluster: string;
  service: string;
  /** ARN of the topic that people are told through. */
  topic: string;
  /** ARN of the template, with revision. */
  template: string;
}

type Variables = Record<string, string | undefined>;

const text = v.pipe(v.string("is missing"), v.trim(), v.nonEmpty("is empty"));

const smokeVariables = v.object({
  ADDRESS: v.pipe(text, v.check(isOrigin, "must be an https origin without a path, such as https://dev.example.com")),
  MERCHANTS: v.pipe(
    text,
    v.transform((list) => list.split(",").map((id) => id.trim())),
    v.check((ids) => ids.every((id) => id !== ""), "must be merchant ids separated by commas, none of them empty"),
  ),
  SIGN_IN_SECRET: text,
  ENVIRONMENT: text,
});

const admissionVariables = v.object({
  ...smokeVariables.entries,
  TEST_HEADER: v.pipe(
    text,
    v.regex(/^[\w-]+: *[\w-]+$/, "must be one header with its value, such as x-greengate-test: green"),
    v.transform((header): [string, string] => {
      const [name = "", value = ""] = header.split(/: */);
      return [name.toLowerCase(), value];
    }),
  ),
  LEDGER: text,
  CLUSTER: text,
  SERVICE: text,
  TOPIC: text,
  TEMPLATE: text,
});

/** Reads the step's variables; throws one InvalidEnvironment that names every variable that is wrong. */
export function smokeEnvironment(variables: Variables): SmokeEnvironment {
  return smokeFields(readVariables("smoke", smokeVariables, variables));
}

/** Reads the hook's variables; throws one InvalidEnvironment that names every variable that is wrong. */
export function admissionEnvironment(variables: Variables): AdmissionEnvironment {
  const read = readVariables("admission", admissionVariables, variables);
  return {
    ...smokeFields(read),
    testHeader: read.TEST_HEADER,
    ledger: read.LEDGER,
    cluster: read.CLUSTER,
    service: read.SERVICE,
    topic: read.TOPIC,
    template: read.TEMPLATE,
  };
}

/** The Lambda was set up wrongly; `pulumi up` sets it up. */
export class InvalidEnvironment extends Error {
  override name = "InvalidEnvironment";
}

function smokeFields(read: v.InferOutput<typeof smokeVariables>): SmokeEnvironment {
  const { ADDRESS: address, MERCHANTS: merchants, SIGN_IN_SECRET: signInSecret, ENVIRONMENT: environment } = read;
  return { address, merchants, signInSecret, environment };
}

function readVariables<T extends v.ObjectEntries>(
  where: string,
  schema: v.ObjectSchema<T, undefined>,
  variables: Variables,
): v.InferOutput<typeof schema> {
  const result = v.safeParse(schema, variables);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const name = v.getDotPath(issue) ?? "?";
    const value = variables[name];
    const rule = value === undefined ? "is missing" : `${issue.message}, not ${JSON.stringify(value)}`;
    return `${name} ${rule}`;
  });
  throw new InvalidEnvironment(`${where} Lambda's environment variables: ${problems.join("; ")}`);
}

function isOrigin(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === "https:" && new URL(address).origin === address;
}
