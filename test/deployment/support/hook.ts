import { admissionReportId } from "../../../contract/ledger.ts";
import type { HookPayload } from "../../../emulator/ecs/events.ts";
import type { EcsState } from "../../../emulator/ecs/state.ts";
import { variableOf } from "../../support/shop.ts";
import type { pureLedger } from "./ledger.ts";

/** What ECS's hook does: a verdict that it writes and answers by, or `crashes` and `hangs`, which leave none. */
export type HookStory = "green" | "red" | "held" | "refused" | "crashes" | "hangs";

/** The admission hook, by its report and its answer: nothing where it throws; `undefined` where it never ends. */
export const admissionHook =
  (storyOf: (commit: string) => HookStory, ledger: ReturnType<typeof pureLedger>) =>
  ({ taskDefinitions, revisions }: EcsState, payload: HookPayload, at: number): { answer?: unknown } | undefined => {
    const { resourceArn, executionDetails } = payload;
    const { taskDefinition = "" } = revisions[executionDetails.targetServiceRevisionArn] ?? {};
    const story = storyOf(variableOf({ ...taskDefinitions[taskDefinition] }, "COMMIT"));
    if (story === "hangs") return undefined;
    if (story === "crashes") return {};
    const { deploying } = ledger.item("environment") ?? {};
    const isAdvisory = deploying?.smoke === "advisory" && deploying.taskDefinition === taskDefinition;
    const admitted = story === "green" || isAdvisory;
    const report = { verdict: story, admitted, why: `the smoke is ${story}`, at: new Date(at).toISOString() };
    ledger.write({ id: admissionReportId(resourceArn), ...report });
    return { answer: { hookStatus: admitted ? "SUCCEEDED" : "FAILED" } };
  };
