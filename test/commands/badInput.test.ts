import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, type TestContext, test } from "vitest";
import { numberOf } from "../../commands/options.ts";
import { scenarios } from "../../rehearsal/scenarios.ts";
import { copyProject, type Project } from "./project.ts";

const known = scenarios.map(({ name }) => name).join(", ");

/** What came of a command that was refused: each line on stderr, without the command's name. */
async function refusal(
  context: TestContext,
  script: string,
  args: string[],
  prepare: (project: Project) => Promise<void> = async () => {},
): Promise<string[]> {
  const project = await copyProject(context);
  await prepare(project);
  const { exitCode, stdout, stderr } = await project.start(script, args).ended;
  expect(exitCode).toBe(1);
  expect(stdout).not.toMatch(/Released|machine starts|Every process/);
  expect(stderr.filter((line) => !line.startsWith(`${script}: `))).toEqual([]);
  expect((await project.leftovers()).join("\n")).toBe("");
  return stderr.map((line) => line.slice(script.length + 2));
}

describe.concurrent("what can't be meant is refused, a line per problem, and nothing is left of it", () => {
  test.for<[string, string[], string]>([
    ["rehearse", ["--scenario", "promot"], `--scenario must be all or one of ${known}, not "promot"`],
    ["start", ["--spede", "2"], "Unknown option '--spede'; known are --port, --speed, --fault, --seed, --yes, --app"],
    [
      "local",
      ["--fault", "ecs:UpdateServise throttle 2"],
      'fault "ecs:UpdateServise throttle 2": what follows ecs: is not known: "UpdateServise"; did you mean UpdateService?',
    ],
    ["asl", ["--stack", "prod"], "--stack must be one of dev, live, not 'prod'"],
  ])("npm run %s -- %j", async ([script, args, line], context) => {
    expect(await refusal(context, script, args)).toEqual([line]);
  });

  test("a port that somebody has", async (context) => {
    const server = createServer().listen(0, "127.0.0.1");
    context.onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await refusal(context, "start", ["--port", String(port)])).toEqual([
      `port: ${port} on 127.0.0.1 is already in use; choose another, or leave it out for a free one.`,
    ]);
  });

  test("keys that are misspelt or missing, of both stacks at once", async (context) => {
    const misspelt = async ({ edit }: Project) => {
      await edit("Pulumi.dev.yaml", "greengate:tasks:", "greengate:taks:");
      await edit("Pulumi.live.yaml", /greengate:address:.*/, "");
    };
    const address =
      "Pulumi.live.yaml: greengate:address is missing: it must be an https origin without a path, such as https://shop.example.com";
    expect(await refusal(context, "rehearse", ["--scenario", "promote"], misspelt)).toEqual([
      "Pulumi.dev.yaml: greengate:taks is not known: did you mean tasks?",
      "Pulumi.dev.yaml: greengate:tasks is missing: it must be 1 to 100",
      address,
    ]);
    expect(await refusal(context, "asl", ["--stack", "live"], misspelt)).toEqual([address]);
  });
});

test("a number out of its bounds is refused with them", () => {
  const speed = (text: string) => () => numberOf("--speed", text, { least: 1, most: 600 });
  expect(speed("abc")).toThrow('--speed must be a number from 1 to 600, not "abc"');
  expect(speed("0")).toThrow('--speed must be a number from 1 to 600, not "0"');
  expect(speed("60")()).toBe(60);
});
