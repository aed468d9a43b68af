import { join } from "node:path";
import { expect, test } from "vitest";
import { loadGraph } from "../../../emulator/graph/load.ts";
import { readStackFile } from "../../../emulator/graph/stackFile.ts";

const project = join(import.meta.dirname, "holes");
const load = (stack: string) => loadGraph({ stack, project, functionUrl: "http://localhost:8080/" });
const why = (stack: string) =>
  load(stack).then(
    () => "no error",
    (error: Error) => error.message,
  );

test("a graph is refused whose values would vanish, and says where", async () => {
  const role = "urn:pulumi:dev::holes::pulumi:pulumi:Stack$aws:iam/role:Role::reader";
  expect((await why("dev")).split("\n")).toEqual([
    "the resource graph has holes:",
    "stack output stream is not known",
    `${role}: assumeRolePolicy is not known`,
    `${role}: description is not known`,
    `${role}: managedPolicyArns[1] is not known`,
  ]);
});

test("a kind of resource that the local graph has no answer for is refused by name", async () => {
  expect(await why("stranger")).toContain(
    "no answer for a resource of type aws:s3/bucket:Bucket: add it to emulator/graph/computed.ts",
  );
});

test("a stack's file that can't be read is named with what is wrong", () => {
  expect(() => readStackFile(project, "prod")).toThrow(
    /^Pulumi\.prod\.yaml: there is no such stack in .*, only: broken, dev, secret, stranger$/,
  );
  expect(() => readStackFile(project, "secret")).toThrow(
    /^Pulumi\.secret\.yaml: holes:password is encrypted and can only be read by the Pulumi CLI: leave it out here$/,
  );
  expect(() => readStackFile(project, "broken")).toThrow(/^Pulumi\.broken\.yaml: line 3: duplicated mapping key$/);
});

test("a configuration's problems come back as they are, without a stack trace", async () => {
  const project = join(import.meta.dirname, "misconfigured");
  await expect(loadGraph({ stack: "dev", project, functionUrl: "http://localhost:8080/" })).rejects.toThrow(
    /^Pulumi\.dev\.yaml: greengate:taks is not known: did you mean tasks\?\nPulumi\.dev\.yaml: greengate:address is missing.*/,
  );
});
