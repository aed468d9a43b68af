import { type ChoiceState, jsonata, quoted } from "./asl.ts";
import type { Lane } from "./settings.ts";

/** A rule of the input: JSONata that is true when it holds, what it says, and the value to show when it doesn't. */
type Rule = [holds: string, must: string, value: string];

/**
 * The machine's first state. Whoever starts an execution writes its input, so every field is text until it has passed here, and
 * no field grants anything. A refusal names each broken rule with the actual value.
 */
export function checkInput<Onward extends string, Refused extends string>(
  lane: Lane,
  gated: boolean,
  next: Onward,
  refuse: Refused,
): ChoiceState<Onward | Refused> {
  const rules = [...common(lane, gated), ...(lane === "rollback" ? rollbackRules : candidateRules)];
  if (lane === "emergency") rules.push(...emergencyRules);
  if (lane === "release" && gated) rules.push(...evidenceRules);
  return {
    Type: "Choice",
    Choices: [
      {
        Condition: jsonata(`${definitions} ${rules.map(([holds]) => `(${holds}) = true`).join(" and ")} )`),
        Assign: { ...initial, ...(lane === "rollback" ? rollbackVariables : candidateVariables) },
        Next: next,
      },
    ],
    Assign: {
      ...initial,
      candidate: {},
      requestedBy: "",
      digest: "",
      ended: "InvalidInput",
      why: jsonata(`${definitions} $substring(${rules.map(problem).join(" & ")}, 2) )`),
    },
    Default: refuse,
  };
}

// `$text` makes a value safe for functions that throw on anything but a string: a Choice can't catch. The rules are chained by
// operators, because all members of a list are evaluated at once, which counts as depth, and AWS allows a depth of 100.
const definitions = `( $in := $states.input; $candidate := $in.candidate;
  $text := function($v){ $type($v) = 'string' ? $v : '' };
  $said := function($v){ $exists($v) ? $substring($string($v), 0, 80) : 'nothing' };`;

const problem = ([holds, must, value]: Rule): string =>
  `((${holds}) = true ? '' : ${quoted(`; ${must}, not `)} & $said(${value}))`;

const oneLine = (value: string, most: number): string =>
  `$type(${value}) = 'string' and $length($text(${value})) > 0 and $length($text(${value})) <= ${most}`;

const matches = (value: string, pattern: RegExp): string => `$contains($text(${value}), /${pattern.source}/)`;

const known = (value: string, keys: string[]): Rule => [
  `$count($keys(${value})[$not($ in ${JSON.stringify(keys)})]) = 0`,
  `${value.replace(/^\$in\.?/, "") || "input"} may hold only ${keys.join(", ")}`,
  `$join([$keys(${value})], ', ')`,
];

const object = (value: string): Rule => [
  `$type(${value}) = 'object'`,
  `${value.replace(/^\$in\.?/, "") || "the execution's input"} must be an object`,
  value,
];

const common = (lane: Lane, gated: boolean): Rule[] => [
  object("$in"),
  ["$length($string($in)) <= 16384", "the execution's input must be at most 16384 characters", "$length($string($in))"],
  known("$in", [
    ...(lane === "rollback" ? ["rollback"] : ["candidate"]),
    "requestedBy",
    ...(lane === "emergency" ? ["override"] : []),
    ...(lane === "release" && gated ? ["evidence"] : []),
  ]),
  [oneLine("$in.requestedBy", 256), "requestedBy must be 1 to 256 characters", "$in.requestedBy"],
];

const candidateRules: Rule[] = [
  object("$in.candidate"),
  known("$in.candidate", [
    "image",
    "commit",
    "ref",
    "author",
    "message",
    "pullRequest",
    "sequence",
    "history",
    "changedPaths",
  ]),
  [
    matches("$candidate.image", /^[a-zA-Z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}$/),
    "candidate.image must be an image by digest (repository@sha256:<64 hex digits>)",
    "$candidate.image",
  ],
  [matches("$candidate.commit", /^[0-9a-f]{40}$/), "candidate.commit must be 40 hex digits", "$candidate.commit"],
  [matches("$candidate.ref", /^[A-Za-z0-9._/-]{1,200}$/), "candidate.ref must be a branch or tag", "$candidate.ref"],
  [oneLine("$candidate.author", 200), "candidate.author must be 1 to 200 characters", "$candidate.author"],
  [
    "$exists($candidate.message) ? $type($candidate.message) = 'string' : true",
    "candidate.message must be text",
    "$candidate.message",
  ],
  [
    "$exists($candidate.pullRequest) ? ($type($candidate.pullRequest) = 'number' ? ($candidate.pullRequest >= 1 and $floor($candidate.pullRequest) = $candidate.pullRequest) : false) : true",
    "candidate.pullRequest must be a whole number from 1",
    "$candidate.pullRequest",
  ],
  [
    "$type($candidate.sequence) = 'number' ? ($candidate.sequence >= 0 and $floor($candidate.sequence) = $candidate.sequence) : false",
    "candidate.sequence must be a whole number from 0 (git rev-list --count --first-parent)",
    "$candidate.sequence",
  ],
  [
    "$exists($candidate.history) ? ($type($candidate.history) = 'array' and $count($candidate.history) <= 200 and $count($candidate.history[$not($contains($text($), /^[0-9a-f]{40}$/))]) = 0) : true",
    "candidate.history must be at most 200 commits of 40 hex digits",
    "$candidate.history",
  ],
  [
    "$exists($candidate.changedPaths) ? ($type($candidate.changedPaths) = 'object' and $contains($text($candidate.changedPaths.since), /^[0-9a-f]{40}$/) and $type($candidate.changedPaths.paths) = 'array' and $count($candidate.changedPaths.paths[$not($type($) = 'string')]) = 0) : true",
    "candidate.changedPaths must be {since: <commit>, paths: [<text>, …]}",
    "$candidate.changedPaths",
  ],
];

const emergencyRules: Rule[] = [
  object("$in.override"),
  known("$in.override", ["reason", "incident", "smoke"]),
  [oneLine("$in.override.reason", 1000), "override.reason must be 1 to 1000 characters", "$in.override.reason"],
  [oneLine("$in.override.incident", 200), "override.incident must be 1 to 200 characters", "$in.override.incident"],
  [
    "$exists($in.override.smoke) ? $in.override.smoke in ['enforce', 'advisory'] : true",
    "override.smoke must be enforce or advisory",
    "$in.override.smoke",
  ],
];

const evidenceRules: Rule[] = [
  [
    "$exists($in.evidence) ? ($type($in.evidence) = 'object' and $contains($text($in.evidence.executionArn), /^arn:/)) : true",
    "evidence must be {executionArn: <execution ARN>}",
    "$in.evidence",
  ],
];

const rollbackRules: Rule[] = [
  object("$in.rollback"),
  known("$in.rollback", ["reason", "to"]),
  [oneLine("$in.rollback.reason", 1000), "rollback.reason must be 1 to 1000 characters", "$in.rollback.reason"],
  [
    "$exists($in.rollback.to) ? $contains($text($in.rollback.to), /^[0-9a-f]{7,40}$/) : true",
    "rollback.to must be a commit of 7 to 40 hex digits",
    "$in.rollback.to",
  ],
];

// Variables that later states read whatever way the execution took.
const initial = {
  startedAt: jsonata("$states.context.Execution.StartTime"),
  ended: "NotEnded",
  why: "",
  good: null,
  previous: null,
  over: "nobody",
  approval: {},
  smoke: {},
  taskDefinition: "",
  target: { commit: "", taskDefinition: "" },
};

const candidateVariables = {
  candidate: jsonata("$states.input.candidate"),
  requestedBy: jsonata("$states.input.requestedBy"),
  digest: jsonata("$substringAfter($states.input.candidate.image, '@')"),
  smokeRule: jsonata("$exists($states.input.override.smoke) ? $states.input.override.smoke : 'enforce'"),
};

const rollbackVariables = {
  candidate: {},
  requestedBy: jsonata("$states.input.requestedBy"),
  digest: "",
  reason: jsonata("$states.input.rollback.reason"),
  to: jsonata("$exists($states.input.rollback.to) ? $states.input.rollback.to : ''"),
};
