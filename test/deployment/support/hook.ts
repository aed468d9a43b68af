import type { EcsEffect } from "../../../emulator/ecs/events.ts";
import type { EcsState } from "../../../emulator/ecs/state.ts";
import { hookFunction, variableOf } from "../../support/shop.ts";
import type { pureLedger } from "./ledger.ts";

/** What ECS's hook does: a verdict that it writes and answers by, or `crashes` and `hangs`, which leave none. */
export type HookStory = "green" | "red" | "held" | "refused" | "crashes" | "hangs";

type HookPayload = Extract<EcsEffect, { type: "invokeHook" }>["payload"];

/** The admission hook by its report and its answer, and how ECS shows a run of it that failed, which the model forgets. */
export function admissionHook(storyOf: (commit: string) => HookStory, ledger: ReturnType<typeof pureLedger>) {
  const failures = new Map<string, "FAILED" | "TIMED_OUT">();
  return {
    /** What it returns; nothing where it throws. `undefined`: it never ends. */
    answer(
      { taskDefinitions, revisions }: EcsState,
      payload: HookPayload,
      at: number,
    ): { answer?: unknown } | undefined {
      const { resourceArn, executionDetails } = payload;
      const { taskDefinition = "" } = revisions[executionDetails.targetServiceRevisionArn] ?? {};
      const story = storyOf(variableOf({ ...taskDefinitions[taskDefinition] }, "COMMIT"));
      failures.set(resourceArn, story === "hangs" ? "TIMED_OUT" : "FAILED");
      if (story === "hangs") return undefined;
      if (story === "crashes") return {};
      const { deploying } = ledger.item("environment") ?? {};
      const isAdvisory = deploying?.smoke === "advisory" && deploying.taskDefinition === taskDefinition;
      const admitted = story === "green" || isAdvisory;
      const report = { verdict: story, admitted, why: `the smoke is ${story}`, at: new Date(at).toISOString() };
      ledger.write({ id: `smoke#${resourceArn}`, ...report });
      if (admitted) failures.delete(resourceArn);
      return { answer: { hookStatus: admitted ? "SUCCEEDED" : "FAILED" } };
    },
    /** The hooks that ECS shows of a deployment that went back. */
    details(deployment: string): object[] {
      const status = failures.get(deployment);
      return status ? [{ hookId: "hook", targetArn: hookFunction, status }] : [];
    },
  };
}
