import { expect, it } from "vitest";
import { type Check, check } from "../../smoke/check.ts";
import { runSmoke } from "../../smoke/run.ts";
import { smokeCloud } from "../support/smokeCloud.ts";
import { candidate, origin, smokeWorld, type World, type WorldArgs } from "../support/smokeWorld.ts";

const env = { address: origin, merchants: ["merchant-smoke"], signInSecret: "sign-in", environment: "dev" };

/** Runs checks of the test's own against a release that is well. */
async function run(write: (world: World) => readonly Check[], meddle?: WorldArgs["meddle"]) {
  await using world = await smokeWorld({ users: candidate, ...(meddle && { meddle }) });
  const start = world.clock.now();
  const args = { env, headers: {}, expected: candidate, checks: write(world) };
  const answer = await runSmoke(args, { ...world, secrets: smokeCloud({}, world.clock).secrets });
  return { ...answer, requests: world.requests, seconds: (world.clock.now() - start) / 1000 };
}

it.each(["//elsewhere.example/x", "https://elsewhere.example/x", "health", "/\\elsewhere.example"])(
  "lets no check ask %s",
  async (path) => {
    const { verdict, why, requests } = await run(() => [
      check("sly", { touches: [] }, async ({ api }) => void (await api.get(path))),
    ]);
    expect(verdict).toBe("error");
    expect(why).toBe(`sly error: a check asked for ${path}: only paths of ${origin} may be asked, such as /health`);
    expect(requests.every((one) => one.path === "/health")).toBe(true);
  },
);

it("blames a broken check, not the release", async () => {
  const { verdict, checks } = await run(() => [
    check("broken", { touches: [] }, async () => void JSON.parse("{")),
    check("fine", { touches: [] }, async () => {}),
  ]);
  expect(verdict).toBe("error");
  expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["broken error", "fine pass"]);
});

it("is over after a minute, whatever a check does", async () => {
  const { verdict, why, seconds } = await run(() => [
    check("endless", { touches: [] }, () => new Promise<void>(() => {})),
  ]);
  expect({ verdict, why }).toEqual({ verdict: "error", why: "endless error: not done when the smoke's time was over" });
  expect(seconds).toBe(60);
});

it("runs four checks at once and tells them in order", async () => {
  let running = 0;
  let most = 0;
  const { checks } = await run(({ clock }) =>
    [5, 4, 3, 2, 1, 0].map((seconds) =>
      check(`takes ${seconds}`, { touches: [] }, async () => {
        most = Math.max(most, ++running);
        await clock.sleep(seconds * 1_000);
        running--;
      }),
    ),
  );
  expect(most).toBe(4);
  expect(checks.map(({ name }) => name)).toEqual([5, 4, 3, 2, 1, 0].map((seconds) => `takes ${seconds}`));
  expect(checks[0]?.milliseconds).toBe(5_000);
});

it("spends one budget for lost connections on all checks together", async () => {
  const reader = (n: number) =>
    check(`reader ${n}`, { touches: [] }, async ({ api }) => void (await api.get("/products")));
  const lost = () => Promise.reject(new TypeError("fetch failed"));
  const { verdict, requests, seconds } = await run(
    () => [1, 2, 3, 4].map(reader),
    ({ path }) => (path === "/products" ? lost() : undefined),
  );
  expect(verdict).toBe("error");
  expect(requests.filter(({ path }) => path === "/products")).toHaveLength(4 + 6);
  expect(seconds).toBeLessThan(5);
});

it("is not green without a check", async () => {
  expect(await run(() => [])).toMatchObject({ verdict: "error", why: "there is no check" });
});
