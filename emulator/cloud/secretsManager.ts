import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import { taking } from "./taking.ts";

/** Secrets Manager's API, as far as the project calls it. `secretValue`: a secret's value, by its name. */
export const secretsApi = (
  secrets: readonly { name: string; arn: string }[],
  secretValue: (name: string) => string,
) => ({
  GetSecretValue: taking({ SecretId: v.string() }, ({ SecretId: id }) => {
    const found = secrets.find(({ name, arn }) => id === name || id === arn);
    if (!found) throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    return { ARN: found.arn, Name: found.name, SecretString: secretValue(found.name) };
  }),
});
