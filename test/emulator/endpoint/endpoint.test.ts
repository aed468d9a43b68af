import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
import { afterEach, expect, test } from "vitest";
import { type Endpoint, startEndpoint } from "../../../emulator/endpoint/endpoint.ts";
import { functionUrlEvent, functionUrlResponse } from "../../../emulator/endpoint/functionUrl.ts";
import type { Site } from "../../../emulator/endpoint/http.ts";

const cloudTime = Date.parse("2026-11-23T10:15:00Z");
const opened: Endpoint[] = [];

afterEach(async () => {
  for (const endpoint of opened.splice(0)) await endpoint.close();
});

async function open(site: Site, port?: number): Promise<Endpoint> {
  const call = async () => ({});
  const endpoint = await startEndpoint({ call, callers: new Map(), site, ...(port ? { port } : {}) });
  opened.push(endpoint);
  return endpoint;
}

const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value));
type FunctionUrlEvent = ReturnType<typeof functionUrlEvent>;

/** A Hono application as the function behind a function URL. */
function functionUrl(): { site: Site; events: FunctionUrlEvent[] } {
  const events: FunctionUrlEvent[] = [];
  const app = new Hono();
  app.get("/a/:id", (c) => c.html(`<p>${c.req.param("id")} ${c.req.query("page")} ${c.req.header("cookie")}</p>`));
  app.post("/a/:id", async (c) => {
    const form = await c.req.parseBody();
    return c.text(`${form.commit}`, 303, { location: "/done", "set-cookie": "seen=1" });
  });
  app.get("/broken", () => {
    throw new Error("broken");
  });
  const handler = handle(app);
  const site: Site = async (request) => {
    const event = functionUrlEvent(request, cloudTime);
    events.push(event);
    if (request.path === "/throws") return functionUrlResponse({ error: { errorType: "Error" } });
    return functionUrlResponse({ payload: throughJson(await handler(throughJson(event))) });
  };
  return { site, events };
}

test("a browser's requests reach the function as function URL events, and its answers the browser", async () => {
  const { site, events } = functionUrl();
  const { origin } = await open(site);

  const shown = await fetch(`${origin}/a/1?page=2`, { headers: { cookie: "seen=0; other=1" } });
  expect(shown.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  expect(await shown.text()).toBe("<p>1 2 seen=0; other=1</p>");
  expect(events[0]?.requestContext).toMatchObject({ timeEpoch: cloudTime, time: "23/Nov/2026:10:15:00 +0000" });

  const form = new URLSearchParams({ commit: "1a2b3c4" });
  const decided = await fetch(`${origin}/a/1`, { method: "POST", body: form, redirect: "manual" });
  expect(await decided.text()).toBe("1a2b3c4");
  expect([decided.status, decided.headers.get("location"), decided.headers.getSetCookie()]).toEqual([
    303,
    "/done",
    ["seen=1"],
  ]);
  // As AWS does: a form isn't among the text types.
  expect(events[1]).toMatchObject({ isBase64Encoded: true, body: Buffer.from("commit=1a2b3c4").toString("base64") });

  expect((await fetch(`${origin}/throws`)).status).toBe(502);
});

test("what is too large is refused before anybody sees it", async () => {
  const { site, events } = functionUrl();
  const { origin } = await open(site);
  expect((await fetch(`${origin}/${"a".repeat(8192)}`)).status).toBe(414);
  expect((await fetch(origin, { method: "POST", body: new Uint8Array(6 * 1024 * 1024 + 1) })).status).toBe(413);
  expect(events).toEqual([]);
});

test("a fault in the site is a 500, and the endpoint goes on", async () => {
  let broken = true;
  const { origin } = await open(async () => {
    if (broken) throw new Error("no function has this address");
    return { status: 200, headers: {}, body: "here" };
  });
  expect(await (await fetch(origin)).text()).toContain("no function has this address");
  broken = false;
  expect(await (await fetch(origin)).text()).toBe("here");
});

test("a taken port is one clear line", async () => {
  const { port } = await open(async () => ({ status: 200, headers: {}, body: "" }));
  await expect(open(async () => ({ status: 200, headers: {}, body: "" }), port)).rejects.toThrow(
    `port: ${port} on 127.0.0.1 is already in use; choose another, or leave it out for a free one.`,
  );
});
