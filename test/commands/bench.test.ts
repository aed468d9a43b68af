import { expect, test } from "vitest";
import { copyProject } from "./project.ts";

test("npm run bench tells of each size, how flat they are, and the start-up beside its limit", {
  timeout: 120_000,
}, async (context) => {
  const project = await copyProject(context);
  const { ended } = project.start("bench", ["--kept", "10,20,40,80", "--rounds", "1"]);
  const { exitCode, stdout, stderr } = await ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: [] });
  const row = (what: string): number[] => {
    const [, figures = ""] = new RegExp(`^ +${what} +(\\d.*)$`, "m").exec(stdout) ?? [];
    return figures.split(/ +/).map((figure) => Number(figure.replaceAll(",", "")));
  };
  expect(row("executions kept")).toEqual([10, 20, 40, 80]);
  // Each execution enters thirteen states.
  const inEach = row("transitions").map((rate, size) => rate / row("executions")[size]!);
  expect(inEach.map(Math.round)).toEqual([13, 13, 13, 13]);
  expect(stdout).toMatch(/With 80 kept it is \d\.\d\d times as fast as with 10 \(flat = 1\)/);
  expect(stdout).toMatch(/Start-up of both stacks: \d+\.\d s \(limit 5 s\)/);
  expect((await project.leftovers()).join("\n")).toBe("");
});
