import { AwsError } from "../awsError.ts";

/** Secrets Manager, as far as the project calls it. `secretValue`: a secret's value, by its name. */
export const createSecretsManager = (
  secrets: readonly { name: string; arn: string }[],
  secretValue: (name: string) => string,
) => ({
  async call(action: string, { SecretId: id }: Record<string, unknown>): Promise<object> {
    if (action !== "GetSecretValue")
      throw new AwsError("UnknownOperationException", `The embedded cloud's Secrets Manager doesn't do ${action}`);
    const found = secrets.find(({ name, arn }) => id === name || id === arn);
    if (!found) throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    return { ARN: found.arn, Name: found.name, SecretString: secretValue(found.name) };
  },
});
