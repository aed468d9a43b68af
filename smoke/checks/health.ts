import * as v from "valibot";
import { check } from "../check.ts";
import { demand } from "../outcome.ts";
import { readBody } from "../readBody.ts";

const health = v.object({ status: v.string(), commit: v.string(), release: v.string() });

/** It is well by its own account, and header and body name the same release. */
export const healthAndRelease = check(
  "health.release",
  { touches: ["src/health/**", "src/main.ts", "src/config/**"] },
  async ({ api }) => {
    const answer = await api.get("/health");
    const { status, release } = readBody(answer, health, "{status, commit, release}");
    demand(
      release === answer.release,
      `${answer.request} says release ${release} and its header says ${answer.release}`,
    );
    if (status === "degraded") return `${answer.request} says degraded`;
    demand(status === "ok", `${answer.request} says ${status}, not ok`);
  },
);
