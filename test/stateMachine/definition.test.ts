import jsonata from "jsonata";
import { beforeAll, describe, expect, test } from "vitest";
import { type Definition, lines, type State } from "../../emulator/asl/definition.ts";
import { validate } from "../../emulator/asl/validate.ts";
import { machine } from "../../stateMachine/machine.ts";
import { lanes, type MachineSettings } from "../../stateMachine/settings.ts";
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
    expect(statesOf(name).length).toBeLessThanOrEqual(40);
  });

  test("bounds every task, and retries and catches none of them for ever", () => {
    for (const [, state] of statesOf(name)) {
      if (state.Type !== "Task") continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      for (const { MaxAttempts } of state.Retry ?? []) expect(MaxAttempts).toBeLessThanOrEqual(200);
    }
  });

  test("compares nothing by !=", () => {
    const all = statesOf(name).flatMap(([state, body]) => expressionsOf(state, body));
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ source }) => comparesUnequal(source))).toEqual([]);
  });

  test("reads no variable that some path leaves unassigned", async () => {
    expect(await unassigned(definitions.get(name)!)).toEqual([]);
  });

  test("gives the task token to the question alone", () => {
    const given = statesOf(name).filter(([, { Branches: _, ...own }]: [string, State & { Branches?: unknown }]) =>
      /Task\.Token|waitForTaskToken/.test(JSON.stringify(own)),
    );
    expect(given.map(([state]) => state)).toEqual(name === "greengate-live-release" ? ["Ask the operators"] : []);
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

describe("a machine's definition", () => {
  const arn = "arn:aws:lambda:us-east-1:000000000000:function";
  const settings: MachineSettings = {
    project: "shop",
    environment: "dev",
    region: "us-east-1",
    account: "000000000000",
    ledger: "shop-dev-ledger",
    template: "arn:aws:ecs:us-east-1:000000000000:task-definition/shop-dev-template:1",
    functions: { deploy: `${arn}:deploy`, smoke: `${arn}:smoke` },
    topic: "arn:aws:sns:us-east-1:000000000000:shop-dev",
    repository: "shop/shop",
    offersTo: "arn:aws:states:us-east-1:000000000000:stateMachine:shop-live-release",
    bakeMinutes: 1,
    scaleUpMinutes: 15,
    lockWaitMinutes: 30,
  };

  test.each(lanes)("follows from the settings alone: %s", (lane) => {
    expect(JSON.stringify(machine(lane, structuredClone(settings)))).toBe(JSON.stringify(machine(lane, settings)));
  });

  test("is refused where releases would go on to nobody, or a gate could ask nobody", () => {
    const { offersTo: _, ...last } = settings;
    const gate = { from: "dev", ledger: "dev", machineArn: "arn", expiresAfterHours: 72, evidenceDays: 7 };
    expect(() => machine("release", last)).toThrow("machine shop-dev-release: needs a gate, or offersTo");
    expect(() => machine("release", { ...last, gate })).toThrow("machine shop-dev-release: a gate needs functions.ask");
  });

  test("lets no redriven execution go on under the lock", async () => {
    const wanted = machine("release", settings).States["Is it still wanted?"];
    const condition = wanted?.Type === "Choice" ? wanted.Choices[0]!.Condition.slice(2, -2) : "";
    const candidate = { image: "i", commit: "c", sequence: 2 };
    const quiet = { read: true, frozen: "", good: null, quarantined: false, revoked: false, mustContain: "" };
    const mayChange = (execution: object) =>
      jsonata(condition).evaluate({}, { ...quiet, candidate, states: { context: { Execution: execution } } });
    expect(await mayChange({})).toBe(true);
    expect(await mayChange({ RedriveCount: 0 })).toBe(true);
    expect(await mayChange({ RedriveCount: 1 })).toBe(false);
  });
});
