import { maximumSeconds, timestampIn } from "../states/wait.ts";
import { checkCatch, checkRetry } from "./errors.ts";
import { checkExpressions, isExpression } from "./expression.ts";
import { isObject, onlyKnown, type Problems, type Unknown } from "./problems.ts";

/** Checks one state but for where it leads and what runs within it. */
export function checkState(problems: Problems, where: string, state: Unknown, language: unknown): void {
  const type = String(state.Type);
  const fields = fieldsOf[type];
  if (!fields) {
    problems.must(false, `${where}.Type`, `be one of ${Object.keys(fieldsOf).join(", ")}`, state.Type);
    return;
  }
  const jsonata = (state.QueryLanguage ?? language) === "JSONata";
  const downgraded = language === "JSONata" && !jsonata;
  problems.must(!downgraded, `${where}.QueryLanguage`, "be JSONata, as the machine's is", state.QueryLanguage);
  const common = ["Type", "Comment", "QueryLanguage", ...fields.common];
  onlyKnown(problems, where, state, jsonata ? [...common, ...fields.jsonata] : common);

  for (const [name, value] of Object.entries(state)) {
    if (name !== "Branches" && name !== "ItemProcessor") checkExpressions(problems, `${where}.${name}`, value, jsonata);
  }
  checkRetry(problems, `${where}.Retry`, state.Retry);
  checkCatch(problems, `${where}.Catch`, state.Catch);
  details[type]?.(problems, where, state);
}

const leaving = ["Next", "End"];
const assigning = ["Assign", "Output"];
const fallible = [...leaving, "Retry", "Catch"];
const tolerances = ["ToleratedFailureCount", "ToleratedFailurePercentage"];

/** Fields by type: those of both query languages, and those of JSONata alone. */
const fieldsOf: Record<string, { common: string[]; jsonata: string[] }> = {
  Pass: { common: leaving, jsonata: assigning },
  Succeed: { common: [], jsonata: ["Output"] },
  Fail: { common: ["Error", "Cause"], jsonata: [] },
  Wait: { common: [...leaving, "Seconds", "Timestamp"], jsonata: assigning },
  Choice: { common: ["Default"], jsonata: ["Choices", ...assigning] },
  Task: {
    common: [...fallible, "Resource", "Credentials", "TimeoutSeconds", "HeartbeatSeconds"],
    jsonata: [...assigning, "Arguments"],
  },
  Parallel: { common: [...fallible, "Branches"], jsonata: [...assigning, "Arguments"] },
  Map: {
    common: [...fallible, "ItemProcessor", "MaxConcurrency", ...tolerances],
    jsonata: [...assigning, "Items", "ItemSelector"],
  },
};

const details: Record<string, (problems: Problems, where: string, state: Unknown) => void> = {
  Fail: (problems, where, { Error: error, Cause: cause }) => {
    for (const [name, value] of Object.entries({ Error: error, Cause: cause })) {
      problems.must(value === undefined || typeof value === "string", `${where}.${name}`, "be a text", value);
    }
  },
  Wait: (problems, where, { Seconds: seconds, Timestamp: timestamp }) => {
    problems.must((seconds === undefined) !== (timestamp === undefined), where, "have either Seconds or Timestamp", {
      seconds,
      timestamp,
    });
    checkSeconds(problems, `${where}.Seconds`, seconds, 0);
    const valid = timestamp === undefined || isExpression(timestamp) || timestampIn(String(timestamp)) !== undefined;
    problems.must(valid, `${where}.Timestamp`, "be an ISO 8601 date and time with its offset", timestamp);
  },
  Choice: (problems, where, { Choices: rules }) => {
    if (!Array.isArray(rules) || rules.length === 0 || !rules.every(isObject)) {
      problems.must(false, `${where}.Choices`, "be a list of at least one rule", rules);
      return;
    }
    for (const [position, rule] of rules.entries()) {
      const at = `${where}.Choices[${position}]`;
      onlyKnown(problems, at, rule, ["Condition", "Next", "Assign", "Output", "Comment"]);
      const { Condition: condition } = rule;
      problems.must(
        typeof condition === "boolean" || isExpression(condition),
        `${at}.Condition`,
        "be {% an expression %}",
        condition,
      );
    }
  },
  Task: (
    problems,
    where,
    { Resource: resource, Credentials: credentials, TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat },
  ) => {
    problems.must(
      typeof resource === "string" && resource.startsWith("arn:"),
      `${where}.Resource`,
      "be an ARN",
      resource,
    );
    checkSeconds(problems, `${where}.TimeoutSeconds`, timeout, 1);
    checkSeconds(problems, `${where}.HeartbeatSeconds`, heartbeat, 1);
    const shorter = typeof timeout !== "number" || typeof heartbeat !== "number" || heartbeat < timeout;
    problems.must(shorter, `${where}.HeartbeatSeconds`, `be less than TimeoutSeconds (${timeout})`, heartbeat);
    const named = credentials === undefined || (isObject(credentials) && typeof credentials.RoleArn === "string");
    problems.must(named, `${where}.Credentials`, "name a RoleArn", credentials);
  },
  Map: (problems, where, { MaxConcurrency: concurrency, Items: items }) => {
    checkSeconds(problems, `${where}.MaxConcurrency`, concurrency, 0);
    problems.must(
      items === undefined || Array.isArray(items) || isExpression(items),
      `${where}.Items`,
      "be a list or an expression",
      items,
    );
  },
};

function checkSeconds(problems: Problems, where: string, value: unknown, least: number): void {
  const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= maximumSeconds;
  const rule = `be a whole number from ${least} to ${maximumSeconds} or an expression`;
  problems.must(value === undefined || isExpression(value) || fits, where, rule, value);
}
