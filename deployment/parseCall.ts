import * as v from "valibot";
import type { DeploymentCall } from "../stateMachine/calls.ts";
import { Failure } from "./failure.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const whole = v.pipe(v.number(), v.safeInteger("must be a whole number"), v.minValue(0, "must not be negative"));
const matching = (pattern: RegExp, form: string) => v.pipe(v.string(), v.regex(pattern, `must be ${form}`));

const taskDefinition = matching(
  /^arn:[\w-]+:ecs:[\w-]+:\d{12}:task-definition\/[\w-]+:\d+$/,
  "a task definition's ARN with its revision",
);
const image = matching(/^[^\s@]+@sha256:[0-9a-f]{64}$/, "repository@sha256:<64 hex digits>");
const commit = matching(/^[0-9a-f]{40}$/, "40 hex digits");
const lock = { holder: text, fence: whole };

const candidate = v.object({
  image,
  commit,
  ref: text,
  author: text,
  message: v.exactOptional(v.string()),
  pullRequest: v.exactOptional(whole),
  sequence: whole,
  history: v.exactOptional(v.array(commit)),
  changedPaths: v.exactOptional(v.object({ since: commit, paths: v.array(v.string()) })),
});

const good = v.object({ taskDefinition, release: text, image, digest: text, commit, sequence: whole });

const schema = v.variant("action", [
  v.object({
    action: v.literal("deploy"),
    release: matching(/^[\w-]{1,80}$/, "an execution's name"),
    ...lock,
    candidate,
    template: taskDefinition,
    smoke: v.picklist(["enforce", "advisory"]),
  }),
  v.object({ action: v.literal("look"), taskDefinition }),
  v.object({ action: v.literal("restore"), ...lock, target: v.nullable(good) }),
  v.object({ action: v.literal("stop") }),
]);

/** Checks what the machine sent. Throws one InvalidCall with every field that is wrong, the rule and the value. */
export function parseCall(input: unknown): DeploymentCall {
  const { success, output, issues } = v.safeParse(schema, input);
  if (success) return output;
  const wrong = issues.map((issue) => `${v.getDotPath(issue) ?? "the call"} ${rule(issue)}, not ${issue.received}`);
  throw new Failure("InvalidCall", wrong.join("; "));
}

function rule(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith("must ") ? issue.message : `must be ${issue.expected}`;
}
