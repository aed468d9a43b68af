import { getLanguageService } from "amazon-states-language-service";
import { beforeAll, describe, expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { lanes } from "../../contract/execution.ts";
import { type Definition, lines, type State } from "../../emulator/asl/definition.ts";
import { validate } from "../../emulator/asl/validate.ts";
import { machine } from "../../stateMachine/machine.ts";
import type { MachineSettings } from "../../stateMachine/settings.ts";
import { graphs } from "../support/rehearse.ts";
import { comparesUnequal, expressionsOf, unassigned } from "../support/variables.ts";

const names = ["dev", "live"].flatMap((environment) => lanes.map((lane) => `greengate-${environment}-${lane}`));
const definitions = new Map<string, Definition>();
beforeAll(async () => {
  for (const { type, inputs } of (await graphs()).flatMap(({ resources }) => resources))
    if (type === "aws:sfn/stateMachine:StateMachine")
      definitions.set(String(inputs.name), JSON.parse(String(inputs.definition)));
});

const statesOf = (name: string): [string, State][] =>
  lines(definitions.get(name)!).flatMap(({ States }) => Object.entries(States));

test("there are six machines, three an environment", () => {
  expect([...definitions.keys()].sort()).toEqual(names.toSorted());
});

describe.each(names)("%s", (name) => {
  test("is valid, every state within reach, and fits on one screen of the console", () => {
    expect(validate(definitions.get(name))).toEqual([]);
    expect(statesOf(name).length).toBeLessThanOrEqual(25);
  });

  test("AWS's own language service finds nothing in it", async () => {
    const service = getLanguageService({});
    const text = JSON.stringify(definitions.get(name), null, 2);
    const document = TextDocument.create("file:///machine.asl.json", "asl", 1, text);
    const found = await service.doValidation(document, service.parseJSONDocument(document));
    expect(found.map(({ message, range }) => `${range.start.line}: ${message}`)).toEqual([]);
  });

  test("decides nothing: each expression is short, on one line, and writes no ledger item", () => {
    const all = statesOf(name).flatMap(([state, body]) => expressionsOf(state, body));
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ source }) => source.length > 120 || /\n/.test(source))).toEqual([]);
    expect(all.filter(({ source }) => comparesUnequal(source))).toEqual([]);
    expect(JSON.stringify(definitions.get(name))).not.toMatch(/dynamodb|sns:publish|aws-sdk/);
  });

  test("says its own lane in every call to the gate, and takes it from nowhere else", () => {
    const calls = statesOf(name).flatMap(([, body]) =>
      body.Type === "Task" && JSON.stringify(body.Arguments).includes(":function:greengate-") ? [body.Arguments] : [],
    );
    const lanesSaid = calls.flatMap((call) => Object(Object(call).Payload).lane ?? []);
    expect(new Set(lanesSaid)).toEqual(new Set([name.split("-").at(-1)]));
  });

  test("bounds every task, and retries none of them for ever", () => {
    for (const [, state] of statesOf(name)) {
      if (state.Type !== "Task") continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      for (const { MaxAttempts } of state.Retry ?? []) expect(MaxAttempts).toBeLessThanOrEqual(100);
    }
  });

  test("reads no variable that some path leaves unassigned", async () => {
    expect(await unassigned(definitions.get(name)!)).toEqual([]);
  });

  test("gives the task token to the question alone", () => {
    const given = statesOf(name).filter(([, { Branches: _, ...own }]: [string, State & { Branches?: unknown }]) =>
      /Task\.Token|waitForTaskToken/.test(JSON.stringify(own)),
    );
    expect(given.map(([state]) => state)).toEqual(name === "greengate-live-release" ? ["Ask operators"] : []);
  });
});

test("a variable that one path leaves unassigned is found", async () => {
  const definition: Definition = {
    QueryLanguage: "JSONata",
    StartAt: "Choose",
    States: {
      Choose: {
        Type: "Choice",
        Choices: [{ Condition: "{% $states.input = 1 %}", Assign: { a: 1, b: 1 }, Next: "Use" }],
        Assign: { a: 2 },
        Default: "Use",
      },
      Use: { Type: "Pass", Output: "{% ( $c := 1; $a + $b + $c + $lenght('x') ) %}", End: true },
    },
  };
  expect(await unassigned(definition)).toEqual([
    "Use.Output: $b isn't assigned on every path",
    "Use.Output: $lenght isn't assigned on every path",
  ]);
});

test.each(lanes)("a machine's definition follows from the settings alone: %s", (lane) => {
  const arn = "arn:aws:lambda:us-east-1:000000000000:function";
  const settings: MachineSettings = {
    project: "shop",
    environment: "dev",
    template: "arn:aws:ecs:us-east-1:000000000000:task-definition/shop-dev-template:1",
    functions: { gate: `${arn}:gate`, deploy: `${arn}:deploy`, smoke: `${arn}:smoke` },
    expiresAfterHours: 0,
    bakeMinutes: 1,
    scaleUpMinutes: 15,
    lockWaitMinutes: 30,
  };
  expect(JSON.stringify(machine(lane, structuredClone(settings)))).toBe(JSON.stringify(machine(lane, settings)));
});
