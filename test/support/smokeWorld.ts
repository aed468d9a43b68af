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

export interface SmokeRequest {
  method: string;
  path: string;
  headers: Headers;
  redirect: RequestInit["redirect"];
  /** Whether it carries the test header. */
  isTest: boolean;
  /** How many requests of this method, path and colour there have been, this one included. */
  count: number;
}

export interface WorldArgs {
  environment?: "dev" | "live";
  /** What users see. */
  users: Colour;
  /** What the test header leads to. */
  dark?: Colour;
  /** What goes wrong between smoke and application; `undefined` = nothing, with this request; `hangs` = it is never answered. */
  meddle?: (request: SmokeRequest, pass: () => Promise<Response>) => Promise<Response> | "hangs" | undefined;
}

export const old: Colour = {
  build: "good-1",
  release: "release/main-0000000-20261120T101500",
  commit: "0".repeat(40),
};
/** Names of executions may hold nearly everything, and dots. */
export const candidate: Colour = {
  build: "good-2",
  release: "release/main.2-1a2b3c4-20261123T101500",
  commit: "1a2b3c4".padEnd(40, "0"),
};

export const smokeMerchant = { id: "merchant-smoke", email: "smoke@merchants.example", password: "smoke-password" };
export const origin = "https://dev.example.com";

/** The sample backend on loopback behind `fetch`, on virtual time: requests are real, waits are not. */
export interface World extends AsyncDisposable {
  clock: SmokeTime;
  fetch: typeof fetch;
  requests: SmokeRequest[];
  /** A user's request, with neither smoke nor header. */
  user(path: string, init?: RequestInit): Promise<Response>;
}

export async function smokeWorld({ environment = "dev", users, dark, meddle }: WorldArgs): Promise<World> {
  const clock = smokeTime();
  const requests: SmokeRequest[] = [];
  const run = ({ build, release, commit }: Colour) =>
    serve(createApp({ build, release, commit, environment, smoke: smokeMerchant }), 0);
  const production = await run(users);
  const test = dark === undefined ? production : await run(dark);

  async function reach(path: string, init: RequestInit | undefined): Promise<Response> {
    const { port } = hasTestHeader(init) ? test : production;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    // Read here, while time stands still; a body arrives whole or not at all.
    const body = await response.arrayBuffer();
    return new Response(body.byteLength === 0 ? null : body, response);
  }

  return {
    clock,
    requests,
    user: (path, init) => reach(path, init),
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin !== origin) throw new Error(`the smoke asked ${url.origin}`);
      const method = init?.method ?? "GET";
      const [path, isTest] = [url.pathname, hasTestHeader(init)];
      const isAlike = (one: SmokeRequest) => one.method === method && one.path === path && one.isTest === isTest;
      const request = {
        method,
        path,
        isTest,
        headers: new Headers(init?.headers),
        redirect: init?.redirect,
        count: requests.filter(isAlike).length + 1,
      };
      requests.push(request);
      const pass = () => reach(path, init);
      const answer = meddle?.(request, () => clock.during(pass));
      if (answer === "hangs") return hang(init);
      return answer ?? clock.during(pass);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([production.stop(), test.stop()]);
    },
  };
}

const hasTestHeader = (init: RequestInit | undefined): boolean =>
  new Headers(init?.headers).get("x-greengate-test") === "green";

/** It ends when the asker gives up. */
function hang(init: RequestInit | undefined): Promise<Response> {
  return new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
}
