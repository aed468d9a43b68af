import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Command, interrupted, type Project } from "./project.ts";

/** What an operator's script in another terminal does; its client is told nothing but by the environment. */
const script = `
  import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
  const { executions } = await new SFNClient().send(new ListExecutionsCommand({ stateMachineArn: process.argv[1] }));
  console.log(JSON.stringify(executions.map(({ status }) => status)));`;

// Whole releases go before, with real processes: on a busy machine they take their time.
describe.concurrent("Ctrl-C leaves no process and no file behind", { timeout: 120_000 }, () => {
  test("in the middle of a release, with users under way", async (context) => {
    const deploying = async (command: Command) => {
      await command.says(/merges good-2[\s\S]*ECS SCALE_UP/);
    };
    const { exitCode, stdout, stderr } = await interrupted(context, "start", ["--speed", "600"], deploying);
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: [] });
    expect(stdout).not.toContain("Every process has ended");
  });

  test("npm run local runs until then, and an SDK client finds it with the variables that it prints", async (context) => {
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

  test("while the stacks are read", async (context) => {
    const reading = (_: Command, project: Project) => project.temporaryFile();
    const { exitCode, stdout, stderr } = await interrupted(context, "rehearse", ["--json"], reading);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 130, stdout: "", stderr: [] });
  });

  test("and sent twice, as npm does where its shell gives way to the command, doesn't cut the closing short", async () => {
    const program = `
      import { untilInterrupted } from ${JSON.stringify(new URL("../../local/rehearsal/interrupt.ts", import.meta.url))};
      const close = async () => {
        console.log("closing");
        for await (const line of process.stdin) console.log("closed");
      };
      const forever = () => { console.log("open"); return new Promise(() => setInterval(() => {}, 1000)); };
      process.exit(await untilInterrupted(async () => ({ close }), forever));`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
    const said: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (line: string) => {
      said.push(line.trim());
      if (line !== "closed\n") child.kill("SIGINT");
      if (line === "closing\n") child.stdin.end("go on\n");
    });
    const [exitCode] = await once(child, "close");
    expect({ exitCode, said }).toEqual({ exitCode: 130, said: ["open", "closing", "closed"] });
  });
});
