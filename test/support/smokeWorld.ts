import { createApp } from "../../rehearsal/sample/app.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { serve } from "../../rehearsal/sample/serve.ts";
import { type SmokeTime, smokeTime } from "./smokeTime.ts";

/** One release of the sample backend, as it runs. */
export interface Colour {
  build: BuildName;
  release: string;
  commit: string;
}

export interface Asked {
  method: string;
  path: string;
  headers: Headers;
  redirect: RequestInit["redirect"];
  /** How many requests of this method and path there have been, this one included. */
  count: number;
}

export interface WorldArgs {
  environment?: "dev" | "live";
  /** What users see. */
  users: Colour;
  /** What the test header leads to. */
  dark?: Colour;
  /** What goes wrong between smoke and application; `undefined` = nothing, with this request; `hangs` = it is never answered. */
  meddle?: (asked: Asked, pass: () => Promise<Response>) => Promise<Response> | "hangs" | undefined;
}

export const old: Colour = { build: "good-1", release: "main-0000000-1", commit: "0".repeat(40) };
export const candidate: Colour = { build: "good-2", release: "main-1a2b3c4-2", commit: "1a2b3c4".padEnd(40, "0") };

export const smokeMerchant = { id: "merchant-smoke", email: "smoke@merchants.example", password: "smoke-password" };
export const origin = "https://dev.example.com";

/** The sample backend on loopback behind `fetch`, on virtual time: requests are real, waits are not. */
export interface World extends AsyncDisposable {
  clock: SmokeTime;
  fetch: typeof fetch;
  asked: Asked[];
  /** A user's request, with neither smoke nor header. */
  user(path: string, init?: RequestInit): Promise<Response>;
}

export async function smokeWorld({ environment = "dev", users, dark, meddle }: WorldArgs): Promise<World> {
  const clock = smokeTime();
  const asked: Asked[] = [];
  const run = ({ build, release, commit }: Colour) =>
    serve(createApp({ build, release, commit, environment, smoke: smokeMerchant }), 0);
  const production = await run(users);
  const test = dark === undefined ? production : await run(dark);

  async function reach(path: string, init: RequestInit | undefined): Promise<Response> {
    const isTest = new Headers(init?.headers).get("x-greengate-test") === "green";
    const { port } = isTest ? test : production;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    // Read here, while time stands still; a body arrives whole or not at all.
    const body = await response.arrayBuffer();
    return new Response(body.byteLength === 0 ? null : body, response);
  }

  return {
    clock,
    asked,
    user: (path, init) => reach(path, init),
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin !== origin) throw new Error(`the smoke asked ${url.origin}`);
      const method = init?.method ?? "GET";
      const count = asked.filter((one) => one.method === method && one.path === url.pathname).length + 1;
      const request = {
        method,
        path: url.pathname,
        headers: new Headers(init?.headers),
        redirect: init?.redirect,
        count,
      };
      asked.push(request);
      const pass = () => reach(url.pathname, init);
      const meddled = meddle?.(request, () => clock.during(pass));
      if (meddled === "hangs") return hangs(init);
      return meddled ?? clock.during(pass);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([production.stop(), test.stop()]);
    },
  };
}

/** It ends when the asker gives up. */
function hangs(init: RequestInit | undefined): Promise<Response> {
  return new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
}
