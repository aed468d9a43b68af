import { expect, it } from "vitest";
import { createApp } from "../../../rehearsal/sample/app.ts";
import type { BuildName } from "../../../rehearsal/sample/builds.ts";
import { demoMerchant } from "../../../rehearsal/sample/merchants.ts";
import { serve } from "../../../rehearsal/sample/serve.ts";

const smoke = { id: "merchant-smoke", email: "smoke@merchants.example", password: "smoke-password" };
const dark = { "x-greengate-test": "green" };

async function sample(build: BuildName, environment = "dev") {
  const serving = await serve(createApp({ build, environment, smoke, commit: "c".repeat(40), release: "main-c-1" }), 0);
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${serving.port}${path}`, init);
  const signIn = async ({ email, password }: { email: string; password: string }, headers = {}) => {
    const response = await ask("/auth/sign-in", { method: "POST", headers, body: JSON.stringify({ email, password }) });
    const { token } = (await response.json()) as { token: string };
    return { headers: { ...headers, authorization: `Bearer ${token}` } };
  };
  return { ask, signIn, [Symbol.asyncDispose]: () => serving.stop() };
}

it("names its release in every answer, refusals included", async () => {
  await using app = await sample("good-1");
  const broken = { method: "POST", body: "{" };
  const answers = [
    await app.ask("/health"),
    await app.ask("/nowhere"),
    await app.ask("/orders"),
    await app.ask("/auth/sign-in", broken),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 400]);
  for (const { headers } of answers) expect(headers.get("x-greengate-release")).toBe("main-c-1");
});

it("shows a merchant its own orders, with a token that any task of the environment accepts", async () => {
  await using blue = await sample("good-1");
  await using green = await sample("good-2");
  const response = await green.ask("/orders", await blue.signIn(demoMerchant));
  const orders = (await response.json()) as { merchantId: string }[];
  expect(orders.map(({ merchantId }) => merchantId)).toEqual(["merchant-demo", "merchant-demo"]);
});

it("takes nobody in with a token that it has not signed", async () => {
  await using app = await sample("good-1");
  const forged = { headers: { authorization: "Bearer merchant-demo.AAAA" } };
  expect((await app.ask("/orders", forged)).status).toBe(401);
});

it("fails on live for users once it has served one, and never in the dark", async () => {
  await using app = await sample("orders-fail-under-traffic", "live");
  const status = async (as: { email: string; password: string }, headers = {}) =>
    (await app.ask("/orders", await app.signIn(as, headers))).status;
  expect(await status(smoke)).toBe(200);
  expect(await status(demoMerchant)).toBe(500);
  expect(await status(smoke)).toBe(500);
  expect(await status(smoke, dark)).toBe(200);
});
