import { expect, test } from "vitest";
import { draw, planOf } from "../../../commands/faultPlan.ts";
import { parseRule } from "../../../emulator/faults/rule.ts";

test.each([
  [
    "throttle it",
    `it must be such as 'ecs:UpdateService throttle 2' or 'lambda:smoke timeout 1 on live', not "throttle it"`,
  ],
  [
    "s3:PutObject lose 1",
    `the place must be states or ecs or dynamodb or secretsmanager or logs or sns or lambda or task or balancer, not "s3"`,
  ],
  ["ecs:UpdateServise lose 1", `what follows ecs: is not known: "UpdateServise"; did you mean UpdateService?`],
  ["sns:publish lose 1", `what follows sns: is not known: "publish"; did you mean Publish?`],
  [
    "dynamodb:Query lose 1",
    'what follows dynamodb: must be DeleteItem or GetItem or PutItem or UpdateItem, not "Query"',
  ],
  ["ecs:UpdateService timeout 1", `the fault of ecs:UpdateService must be throttle or lose, not "timeout"`],
  ["ecs:UpdateService lose 0", `the number after lose must be 1 to 1000 calls, not "0"`],
  ["ecs:UpdateService lose twice", `the number after lose must be 1 to 1000 calls, not "twice"`],
  [
    "balancer:live slow-weights 3601",
    `the number after slow-weights must be 1 to 3600 seconds of cloud time, not "3601"`,
  ],
  ["task:prod crash-at-boot 1", `what follows task: must be dev or live, not "prod"`],
  ["lambda:smoke timeout 1 on prod", `what follows on must be dev or live, not "prod"`],
  [
    "task:live crash-after 5 on live",
    `the end must be 5: task:live says where already, not "task:live crash-after 5 on live"`,
  ],
])("%s is refused", (text, problem) => {
  expect(() => parseRule(text)).toThrow(new Error(`fault ${JSON.stringify(text)}: ${problem}`));
});

test("a seed's plan is printed as the very rules that it is", () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => String(seed));
  for (const seed of seeds) {
    const { rules, told } = planOf({ fault: [], seed }, "otherwise");
    const typed = told.slice(1).map((line) => JSON.parse(line.replace("--fault ", "")));
    expect(planOf({ fault: typed }, seed)).toMatchObject({ seed, rules });
  }
  // Every kind of fault comes up, and not always the same.
  const kinds = new Set(seeds.flatMap((seed) => draw(seed).map(({ fault }) => fault)));
  expect(kinds.size).toBe(7);
});

test.each(["-1", "1.5", "x", "1000000000"])("--seed %s is refused", (seed) => {
  expect(() => planOf({ fault: [], seed }, "otherwise")).toThrow(
    `--seed must be a whole number from 0 to 999999999, not ${JSON.stringify(seed)}`,
  );
});
