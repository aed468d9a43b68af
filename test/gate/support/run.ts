import { digestOf } from "../../../contract/candidate.ts";
import type { SurveyAnswer } from "../../../contract/deploymentCalls.ts";
import type { ChangeFailure } from "../../../contract/ends.ts";
import { type Lane, nameOf, releaseOf } from "../../../contract/execution.ts";
import type { AdmitAnswer, CloseAnswer, LockAnswer, MarkGoodAnswer } from "../../../contract/gateCalls.ts";
import {
  type AdmissionReport,
  admissionReportId,
  type EnvironmentItem,
  type LeftRelease,
} from "../../../contract/ledger.ts";
import { type ApprovalItem, approvalId, type Decision, type Question } from "../../../contract/question.ts";
import type { Aws } from "./aws.ts";
import { taskDefinitionOf } from "./builds.ts";

export interface RunArgs {
  lane: Lane;
  input: unknown;
  execution: string;
  redrives?: number;
}

/** The gate that an execution calls, and its ledger. */
export interface GatePlace {
  aws: Aws;
  now(): number;
  call(given: object): Promise<unknown>;
  environment(): EnvironmentItem;
  /** Somebody changes the environment's item. */
  change(change: object): void;
  put(item: object): void;
}

/** What Restore came to. */
export interface Back {
  restored: boolean;
  why: string;
  verdict: "green" | "red" | "error" | "unknown";
  smoked: string;
  error: string;
}

type ReportStory = { [Name in keyof AdmissionReport]?: AdmissionReport[Name] | undefined };

interface CloseStory {
  failure?: { Error: ChangeFailure | (string & {}); Cause: string } | null;
  restored?: Back | null;
  answer?: unknown;
}

/** One execution: its calls to the gate, with the variables that its definition keeps, and what befalls it in between. */
export function openRun(gate: GatePlace, { lane, input, execution, redrives = 0 }: RunArgs) {
  const startedAt = new Date(gate.now()).toISOString();
  const story = { status: "RUNNING", startedAt: gate.now(), input };
  gate.aws.executions.set(execution, story);
  let answer: unknown = { next: "none" };
  let lockSince: number | undefined;
  let left: LeftRelease | undefined;
  let held: unknown;
  const deployment = `${execution.replace(":states:", ":ecs:")}/deployment`;

  async function call<Answer>(action: string, more: object): Promise<Answer> {
    return (await gate.call({
      action,
      lane,
      execution,
      startedAt,
      redrives,
      input,
      now: gate.now(),
      ...more,
    })) as Answer;
  }
  const run = {
    execution,
    startedAt,
    deployment,
    /** With `service` as Look at service found it. */
    async admit(service?: SurveyAnswer | null): Promise<AdmitAnswer> {
      const answered = await call<AdmitAnswer>("admit", service === undefined ? {} : { service });
      if (answered.next === "lock") left = answered.left;
      answer = answered;
      return answered;
    },
    /** `error`: with which Ask operators ended. */
    async lock(error?: string): Promise<LockAnswer> {
      lockSince ??= gate.now();
      const failure = error === undefined ? null : { Error: error, Cause: "" };
      const answered = await call<LockAnswer>("lock", { since: lockSince, failure, ...(left ? { left } : {}) });
      answer = answered;
      if ("fence" in answered) held = answered;
      return answered;
    },
    /** Admitted and the lock taken; throws where it was refused. */
    async begin(): Promise<Extract<LockAnswer, { fence: number }>> {
      const answers = [await run.admit(), await run.lock()];
      const last = answers.at(-1);
      if (last && "fence" in last) return last;
      throw new Error(JSON.stringify(answers));
    },
    /** What is kept of the question that was answered, as approval/ keeps it. */
    decide(decision?: Partial<Decision>, question: Partial<Question> = {}): void {
      if (!answer || Object(answer).next !== "ask") throw new Error(`not asked: ${JSON.stringify(answer)}`);
      const asked: Question = Object(answer).question;
      const item: ApprovalItem = {
        question: { ...asked, ...question },
        taskToken: "token",
        links: new Set([`${"0".repeat(64)} ana`]),
      };
      const base = asked.base?.taskDefinition ?? "";
      const full = { decision: "approved", by: "ana", at: new Date(gate.now()).toISOString(), reason: "", base };
      gate.put({
        id: approvalId(nameOf(execution)),
        ...item,
        ...(decision ? { decision: { ...full, ...decision } } : {}),
      });
    },
    /** deployment/ announces a revision, and ECS's hook judges it. */
    announce(revision: number | string, report: ReportStory = {}, smoke = "enforce"): void {
      const { fence } = gate.environment();
      const { image = "", commit = "" } = Object(Object(input).candidate);
      const at = new Date(gate.now()).toISOString();
      const [release, taskDefinition] = [releaseOf(execution), taskDefinitionOf(revision)];
      const deploying = { execution, fence, taskDefinition, release, digest: digestOf(image), commit, smoke, at };
      gate.change({ deploying });
      gate.put({
        id: admissionReportId(deployment),
        verdict: "green",
        admitted: true,
        why: "",
        release,
        at,
        ...report,
      });
    },
    markGood(revision: number | string, more: object = {}): Promise<MarkGoodAnswer> {
      const { fence, frozenSince } = Object(held);
      const smoke = { verdict: "green", why: "4 checks passed" };
      const taskDefinition = taskDefinitionOf(revision);
      const marked = call<MarkGoodAnswer>("markGood", {
        fence,
        frozenSince,
        deployment,
        taskDefinition,
        smoke,
        ...more,
      });
      return marked.then((words) => {
        answer = words;
        return words;
      });
    },
    /** Close, after which the execution is over. */
    async close({ failure = null, restored = null, ...more }: CloseStory = {}): Promise<CloseAnswer> {
      const end = await call<CloseAnswer>("close", { answer, failure, restored, ...(left ? { left } : {}), ...more });
      run.end(["Released", "Restored"].includes(end.ended) ? "SUCCEEDED" : "FAILED", end);
      return end;
    },
    end(status = "ABORTED", output?: unknown): void {
      gate.aws.executions.set(execution, { ...story, status, stoppedAt: gate.now(), output });
    },
    /** From the lock to the end, green; answers the end. */
    async release(revision: number | string): Promise<CloseAnswer> {
      run.announce(revision);
      await run.markGood(revision);
      return run.close();
    },
  };
  return run;
}
export type Run = ReturnType<typeof openRun>;

/** The service is back, and green. */
export const green: Back = {
  restored: true,
  why: "it serves alone",
  verdict: "green",
  smoked: "4 checks passed",
  error: "",
};
