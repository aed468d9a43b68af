import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Uses outputs that no answer is given for, each in a way that would lose it without an error; or a resource that has none at all. */
export function program() {
  if (pulumi.getStack() === "stranger") return new aws.s3.Bucket("bucket");
  const table = new aws.dynamodb.Table("ledger", {
    name: "ledger",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
  });
  const statement = { Effect: "Allow", Action: ["dynamodb:GetRecords"], Resource: [table.streamArn] };
  new aws.iam.Role("reader", {
    name: "reader",
    description: pulumi.interpolate`reads ${table.streamLabel}`,
    assumeRolePolicy: pulumi.jsonStringify({ Statement: [statement] }),
    managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", table.streamArn],
    tags: { table: table.arn },
  });
  return { stream: table.streamArn };
}
