import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { readStackFile } from "../../emulator/graph/stackFile.ts";
import { type Configuration, configuration } from "../../infra/configuration.ts";

const live = () => readStackFile(".", "live").config;

/** What the program makes of a stack's settings; each value as Pulumi hands it over, structures as JSON. */
async function configured(config: Record<string, string>, stack = "live"): Promise<Configuration> {
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "greengate",
    stack,
    true,
  );
  pulumi.runtime.setAllConfig(config);
  return configuration();
}

/** Live's settings with one structure changed. */
function changed(key: string, change: Record<string, unknown>): Record<string, string> {
  const config = live();
  return { ...config, [key]: JSON.stringify({ ...JSON.parse(config[key] ?? "{}"), ...change }) };
}

test("both stacks' files are read as they stand", async () => {
  const read = await configured(live());
  expect(read).toMatchObject({ region: "us-east-1", tasks: 2, gate: { from: "dev", expiresAfterHours: 72 } });
  const dev = await configured(readStackFile(".", "dev").config, "dev");
  expect(dev).toMatchObject({ offersTo: "live", bakeMinutes: 1, container: { port: 3000 } });
});

test("a value out of bounds is named with its rule", async () => {
  await expect(configured(changed("greengate:gate", { expiresAfterHours: 0 }))).rejects.toThrow(
    /^Pulumi\.live\.yaml: greengate:gate\.expiresAfterHours must be 1 to 720, not 0$/,
  );
});

test("every problem is told at once, one a line", async () => {
  const { "greengate:address": _, ...rest } = changed("greengate:container", { port: "3000", cpu: 300 });
  const config = { ...rest, "greengate:tasks": "0", "greengate:repository": "backend", "greengate:offersto": "dev" };
  const error = await configured(config).catch((thrown: Error) => thrown);
  expect(String(error instanceof Error && error.message).split("\n")).toEqual([
    "Pulumi.live.yaml: greengate:offersto is not known: did you mean offersTo?",
    "Pulumi.live.yaml: greengate:address is missing: it must be an https origin without a path, such as https://shop.example.com",
    'Pulumi.live.yaml: greengate:repository must be a GitHub repository, owner/name, not "backend"',
    'Pulumi.live.yaml: greengate:container.port must be 1 to 65535, not "3000"',
    "Pulumi.live.yaml: greengate:container.cpu must be 256, 512, 1024, 2048 or 4096, not 300",
    "Pulumi.live.yaml: greengate:tasks must be 1 to 100, not 0",
  ]);
});

test("an unknown key is refused, deep down too: it would leave its default in force", async () => {
  await expect(configured(changed("greengate:gate", { expireAfterHours: 1 }))).rejects.toThrow(
    "Pulumi.live.yaml: greengate:gate.expireAfterHours is not known: did you mean expiresAfterHours?",
  );
  await expect(configured(changed("greengate:smoke", { colour: "red" }))).rejects.toThrow(
    "Pulumi.live.yaml: greengate:smoke.colour is not known: the keys are merchants",
  );
  const approvers = [{ name: "ana", email: "ana@example.com", mail: "ana@example.com" }];
  await expect(configured(changed("greengate:gate", { approvers }))).rejects.toThrow(
    "Pulumi.live.yaml: greengate:gate.approvers[0].mail is not known: did you mean email?",
  );
});

test("somebody must be asked, and nobody is called like everybody", async () => {
  await expect(configured(changed("greengate:gate", { approvers: [] }))).rejects.toThrow(
    "greengate:gate.approvers must be a list of at least one approver, each with name and email, not []",
  );
  const approvers = [{ name: "everyone", email: "all@example.com" }];
  await expect(configured(changed("greengate:gate", { approvers }))).rejects.toThrow(
    'greengate:gate.approvers[0].name must be lower-case letters, digits and hyphens, and not everyone, not "everyone"',
  );
});

test("what Fargate or the flow can't do is refused before anything is created", async () => {
  await expect(configured(changed("greengate:container", { cpu: 4096 }))).rejects.toThrow(
    "greengate:container.memory must be 2 to 8 times the cpu of 4096, in steps of 1024, not 2048",
  );
  await expect(configured(changed("greengate:container", { environment: { COMMIT: "x" } }))).rejects.toThrow(
    "greengate:container.environment must be variables with text values, other than PORT, ENVIRONMENT, COMMIT",
  );
  await expect(configured(changed("greengate:gate", { from: "live" }))).rejects.toThrow(
    'greengate:gate.from must be another stack, not "live"',
  );
  const { "greengate:gate": _, ...ungated } = live();
  await expect(configured(ungated)).rejects.toThrow("greengate:offersTo is missing, and so is gate");
  const { "aws:region": _region, ...nowhere } = live();
  await expect(configured(nowhere)).rejects.toThrow("Pulumi.live.yaml: aws:region is missing");
});
