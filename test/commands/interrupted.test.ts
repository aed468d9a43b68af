import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Command, interrupted, type Project } from "./project.ts";

/** What an operator's script in another terminal does; its client is told nothing but by the environment. */
const script = `
  import { ListExecutionsCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
  const [stateMachineArn, name, input] = process.argv.slice(1);
  const states = new SFNClient();
  await states.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
  console.log(JSON.stringify(executions.map(({ status }) => status)));`;

// Whole releases go before, with real processes: on a busy machine they take their time.
describe.concurrent("Ctrl-C leaves no process and no file behind", { timeout: 120_000 }, () => {
  test("in the middle of a release that an SDK client started with what npm run local prints, with users under way", async (context) => {
    let seen = "";
    const args = ["--users", "50", "--fault", "states:StopExecution throttle 1"];
    const { exitCode, stdout, stderr } = await interrupted(context, "local", args, async (command) => {
      const printed = await command.says(/Ctrl-C ends everything/);
      const variables = printed.match(/export AWS_.*/g)?.join("\n") ?? "";
      const [, ...start] =
        /start-execution --state-machine-arn (\S+) --name (\S+) \\\n +--input '(.*)'/.exec(printed) ?? [];
      const terminal = [
        "-c",
        `${variables}\nexec "$0" --input-type=module --eval "$@"`,
        process.execPath,
        script,
        ...start,
      ];
      const options = { cwd: join(import.meta.dirname, "../.."), env: { PATH: process.env.PATH } };
      expect(variables).toMatch(/AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\n/);
      seen = (await promisify(execFile)("sh", terminal, options)).stdout;
      await command.says(/What happens[\s\S]*ECS SCALE_UP/);
    });
    expect(JSON.parse(seen)).toEqual(["RUNNING", "SUCCEEDED"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: [] });
    expect(stdout.split("\n").slice(-4)).toEqual([
      'nobody met the fault "states:StopExecution throttle 1"',
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
      import { untilInterrupted } from ${JSON.stringify(new URL("../../commands/interrupt.ts", import.meta.url))};
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
