import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { drawing } from "../commands/drawing.ts";
import { graphOf, resource } from "./support/graph.ts";

test("the README's drawing is the machine as it is (npm run readme)", async () => {
  const machine = resource(graphOf("live"), "aws.sfn.StateMachine", "release");
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toContain(drawing(JSON.parse(String(machine.inputs.definition))));
});
