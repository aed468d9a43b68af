import { describe, expect, it } from "vitest";
import { scrubLine } from "../../deployment/scrub.ts";
import { deploymentWorld, type World, type WorldArgs } from "../support/deploymentWorld.ts";
import { commit } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

/** Why a release whose tasks crash at boot came to nothing. */
function crash(args: WorldArgs = {}, prepare: (world: World) => void = () => {}): string {
  const world = deploymentWorld({ crashes: (judged) => judged === commit("b"), ...args });
  release(world, "a");
  prepare(world);
  const { failure, why } = startRelease(world, "b").until("restore");
  expect(failure).toBe("DeployFailed");
  return why;
}

const before = "ECS's circuit breaker gave it up: ";
const failing = (name: string) => (world: World) =>
  world.fail(({ action }) => (action === name ? { name: "AccessDeniedException", message: "no" } : undefined));

describe("how a release's tasks ended", () => {
  it("shows the last five lines of the log", () => {
    const why = crash({ log: ["1", "2", "3", "4", "5", "6", "7"] });
    expect(why).toMatch(/; its log ends: 3 \| 4 \| 5 \| 6 \| 7$/);
  });

  it("reads the log of the task that it is about", () => {
    let world: World | undefined;
    crash({}, (made) => {
      world = made;
    });
    expect(world?.made("GetLogEvents")[0]).toEqual({
      logGroupName: "/ecs/shop",
      logStreamName: expect.stringMatching(/^app\/app\/[0-9a-f]{32}$/),
      limit: 5,
      startFromHead: false,
    });
    expect(world?.made("ListTasks")[0]).toEqual({ cluster: "shop", serviceName: "shop", desiredStatus: "STOPPED" });
  });

  it("says what of it can't be had, which changes nothing about the verdict", () => {
    const end = `${before}its last task ended with exit code 1 (Essential container exited); `;
    expect(crash({})).toBe(`${end}its log is empty`);
    expect(crash({}, failing("GetLogEvents"))).toBe(`${end}its log can't be read (AccessDeniedException)`);
    for (const action of ["ListTasks", "DescribeTasks"])
      expect(crash({}, failing(action))).toBe(`${before}how its tasks ended can't be read (AccessDeniedException)`);
  });

  it("makes a stranger's lines safe", () => {
    const line = `\u001b[31mfatal\u202e \r\n${"x".repeat(300)}`;
    const why = crash({ log: [line] });
    expect(why.split("its log ends: ")[1]).toBe(`fatal   ${"x".repeat(191)}…`);
  });
});

describe("a line of a log", () => {
  it.each([
    ["Authorization: Bearer abc.def-123", "Authorization: [hidden] [hidden]"],
    ["header basic dXNlcjpwYXNz was refused", "header basic [hidden] was refused"],
    ["jwt eyJhbGciOiJI.eyJzdWIiOiIx.sig expired", "jwt [hidden] expired"],
    ["connect postgres://shop:hunter2@db:5432/shop", "connect postgres://[hidden]@db:5432/shop"],
    ["DB_PASSWORD=hunter2 is wrong", "DB_PASSWORD=[hidden] is wrong"],
    ['{"accessToken":"a b\\"c","user":"ana"}', '{"accessToken":[hidden],"user":"ana"}'],
    ["api_key: 'k 1', region: eu", "api_key: [hidden], region: eu"],
    ["key AKIAIOSFODNN7EXAMPLE", "key [hidden]"],
    ["?token=abc&page=2", "?token=[hidden]&page=2"],
    // In time that grows with its square, this line would take minutes.
    ["x".repeat(300_000), `${"x".repeat(199)}…`],
    ["no password was given", "no password was given"],
    ["Error: connect ECONNREFUSED 10.0.0.7:5432", "Error: connect ECONNREFUSED 10.0.0.7:5432"],
  ])("%.60s", (line, safe) => {
    expect(scrubLine(line)).toBe(safe);
  });
});
