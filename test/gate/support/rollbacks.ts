import type { SurveyAnswer } from "../../../contract/deploymentCalls.ts";
import { candidateOf, commitOf, digestOfBuild, goodOf, taskDefinitionOf } from "./builds.ts";
import { dev, type Gate } from "./world.ts";

export const [a, b] = [goodOf("a"), goodOf("b")];
/** Build `b` is good, and `a` was before. */
export const open = (more: object = {}) => dev({ item: { good: b, previous: a, ...more } });
const input = (to?: string) => ({ requestedBy: "ana", rollback: { reason: "slow", ...(to ? { to } : {}) } });
export const ask = (gate: Gate, name = "back", to?: string) => gate.start(name, input(to), { lane: "rollback" });
export const serving = (taskDefinition: string | null, more: Partial<SurveyAnswer> = {}): SurveyAnswer => ({
  serves: taskDefinition,
  open: null,
  ...more,
});
export const unknown = { taskDefinition: null, digest: null, commit: null };
export const leftOf = (build: string, revision: number | string) => ({
  taskDefinition: taskDefinitionOf(revision),
  digest: digestOfBuild(build),
  commit: commitOf(build),
});
/** A merge of build `c` that has the lock. */
export async function release(gate: Gate) {
  const run = gate.start("main-c", { candidate: candidateOf("c"), requestedBy: "github" });
  await run.begin();
  return run;
}

/** What is left, and the commit of where it goes. */
export async function decide(gate: Gate, service: SurveyAnswer | null = serving(b.taskDefinition), name = "back") {
  const run = ask(gate, name);
  const { left } = Object(await run.admit(service));
  return [left, Object(await run.lock()).target?.commit];
}
