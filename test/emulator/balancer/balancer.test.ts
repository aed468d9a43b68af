import type { RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Balancer } from "../../../emulator/balancer/balancer.ts";
import { type Health, watchHealth } from "../../../emulator/balancer/healthCheck.ts";
import { virtualClock } from "../../../emulator/clock.ts";
import { blue, green, healthCheck, type PlaneArgs, plane, production, registered } from "../../support/plane.ts";
import { listen, type TestServer } from "../../support/servers.ts";

/** Patience for a busy machine; what is waited for comes within milliseconds. */
const soon = { timeout: 10_000 };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function balancerOf(args?: PlaneArgs): Promise<Balancer> {
  const balancer = await plane(args);
  cleanups.push(balancer.close);
  return balancer;
}

/** A healthy server whose other answers are the given ones. */
async function target(app: RequestListener): Promise<TestServer> {
  const server = await listen((request, response) =>
    request.url === "/health" ? response.end() : app(request, response),
  );
  cleanups.push(server.close);
  return server;
}

const says = (text: string) => target((_, response) => response.end(text));
const text = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

async function texts(url: string, count: number): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < count) answers.push(await text(url));
  return answers;
}

describe("a balancer", () => {
  test("sends users to blue and the test header to green", async () => {
    const balancer = await balancerOf();
    await registered(balancer, blue, await says("blue"));
    await registered(balancer, green, await says("green"));
    expect(await text(balancer.origin)).toBe("blue");
    expect(await text(balancer.origin, { headers: { "x-greengate-test": "green" } })).toBe("green");
    expect(await text(balancer.origin, { headers: { "x-greengate-test": "greenish" } })).toBe("blue");
  });

  test("deals requests out by weight, and among a group's targets in turn", async () => {
    const balancer = await balancerOf();
    await registered(balancer, blue, await says("b1"));
    await registered(balancer, blue, await says("b2"));
    await registered(balancer, green, await says("g"));
    balancer.setWeights(production, { [blue]: 4, [green]: 1 });
    expect((await texts(balancer.origin, 10)).toSorted().join(" ")).toBe("b1 b1 b1 b1 b2 b2 b2 b2 g g");
  });

  test("tells the application how its user came, and doesn't believe the user", async () => {
    const balancer = await balancerOf();
    await registered(balancer, blue, await target(({ headers }, response) => response.end(JSON.stringify(headers))));
    const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http", "x-forwarded-port": "80" };
    expect(JSON.parse(await text(balancer.origin, { headers }))).toMatchObject({
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
      host: new URL(balancer.origin).host,
    });
  });

  test("answers 503 without a target, 502 for one that breaks off, 504 for one that is silent", async () => {
    const balancer = await balancerOf({ idleTimeout: 0.1 });
    expect((await fetch(balancer.origin)).status).toBe(503);
    const breaksOff = await target(({ socket }) => socket.destroy());
    await registered(balancer, blue, breaksOff);
    expect((await fetch(balancer.origin)).status).toBe(502);
    await balancer.deregister(blue, breaksOff);
    expect((await fetch(balancer.origin)).status).toBe(503);
    await registered(balancer, blue, await target(() => {}));
    expect((await fetch(balancer.origin)).status).toBe(504);
  });

  test("never sends to a target that hasn't been healthy; but to failing ones when no other is left", async () => {
    const balancer = await balancerOf();
    let status = 503;
    const server = await listen((request, response) => {
      response.statusCode = request.url === "/health" ? status : 200;
      response.end("served");
    });
    cleanups.push(server.close);
    const heard: Health[] = [];
    balancer.register(blue, server, (health) => heard.push(health));
    expect((await fetch(balancer.origin)).status).toBe(503);

    status = 200;
    await expect.poll(() => heard.at(-1), soon).toBe("healthy");
    const other = await says("other");
    await registered(balancer, blue, other);
    status = 500;
    await expect.poll(() => heard.at(-1), soon).toBe("unhealthy");
    expect(new Set(await texts(balancer.origin, 4))).toEqual(new Set(["other"]));
    await balancer.deregister(blue, other);
    expect(await text(balancer.origin)).toBe("served");
  });

  test("lets what is in flight finish, and sends nothing new to a target that drains", async () => {
    const balancer = await balancerOf();
    let finish = () => {};
    const arrived = Promise.withResolvers<void>();
    const old = await target((_, response) => {
      finish = () => response.end("old");
      arrived.resolve();
    });
    await registered(balancer, blue, old);
    const inFlight = text(balancer.origin);
    await arrived.promise;
    await registered(balancer, blue, await says("new"));
    let drained = false;
    const draining = balancer.deregister(blue, old).then(() => {
      drained = true;
    });
    expect(await texts(balancer.origin, 3)).toEqual(["new", "new", "new"]);
    expect(drained).toBe(false);
    finish();
    expect(await inFlight).toBe("old");
    await draining;
  });

  test("breaks off what is still in flight when the deregistration delay is over", async () => {
    const balancer = await balancerOf({ deregistrationDelay: 10 });
    const arrived = Promise.withResolvers<void>();
    const stuck = await target(() => arrived.resolve());
    await registered(balancer, blue, stuck);
    const inFlight = fetch(balancer.origin);
    await arrived.promise;
    await balancer.deregister(blue, stuck);
    expect((await inFlight).status).toBe(502);
  });

  test("refuses what it doesn't know or imitate", async () => {
    const balancer = await balancerOf();
    expect(() => balancer.setWeights("arn:none", { [blue]: 1 })).toThrow("No rule has the ARN arn:none.");
    expect(() => balancer.setWeights(production, { "arn:red": 1 })).toThrow(
      "arn:production: there is no target group arn:red.",
    );
    expect(() => balancer.setWeights(production, { [blue]: 1000 })).toThrow(
      "must be a whole number from 0 to 999, not 1000",
    );
    const wild = { arn: production, priority: 1, header: { name: "a", values: ["gre*"] }, weights: {} };
    const ranges = { ...healthCheck, matcher: "200-299" };
    expect(() => watchHealth(virtualClock(), 1, ranges, () => {})).toThrow(
      "healthCheck.matcher must be one status, such as 200, not 200-299.",
    );
    await expect(plane({ rules: [wild] })).rejects.toThrow(
      "the embedded balancer knows no wildcards, so a header's value can't be \"gre*\"",
    );
  });
});
