import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { interrupted } from "./project.ts";

/** What an operator's script in another terminal does; its client is told nothing but by the environment. */
const script = `
  import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
  const { executions } = await new SFNClient().send(new ListExecutionsCommand({ stateMachineArn: process.argv[1] }));
  console.log(JSON.stringify(executions.map(({ status }) => status)));`;

test("npm run local runs until Ctrl-C, and an SDK client finds it with the variables that it prints", {
  timeout: 120_000,
}, async (context) => {
  let seen = "";
  const met = ["--fault", "secretsmanager:GetSecretValue throttle 1"];
  const { exitCode, stdout, stderr } = await interrupted(context, "local", met, async (command) => {
    const printed = await command.says(/Ctrl-C ends everything/);
    const variables = printed.match(/export AWS_.*/g)?.join("\n") ?? "";
    const [, machine = ""] = /list-executions --state-machine-arn (\S+)/.exec(printed) ?? [];
    const terminal = [
      "-c",
      `${variables}\nexec "$0" --input-type=module --eval "$1" "$2"`,
      process.execPath,
      script,
      machine,
    ];
    const options = { cwd: join(import.meta.dirname, "../.."), env: { PATH: process.env.PATH } };
    seen = (await promisify(execFile)("sh", terminal, options)).stdout;
    expect(variables).toMatch(/AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\n/);
    expect(printed).toMatch(/aws stepfunctions start-execution --state-machine-arn \S+-dev-release --name \S+/);
  });
  expect(JSON.parse(seen)).toEqual(["SUCCEEDED"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: [] });
  expect(stdout.split("\n").slice(-4)).toEqual([
    'nobody met the fault "secretsmanager:GetSecretValue throttle 1"',
    "",
    "Every process has ended.",
    "",
  ]);
});
