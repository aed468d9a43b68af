import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Operation } from "./calls.ts";
import { findService } from "./services.ts";
import { deploymentBrief, deploymentView, revisionView } from "./views.ts";

const listInput = v.strictObject({
  cluster: v.optional(v.string()),
  service: v.string(),
  status: v.optional(v.array(v.string())),
  nextToken: v.optional(v.string()),
  maxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 20),
});

/**
 * The service's deployments in no order of time (by ARN, whose end looks random), a new one only after `listLag`: both as observed.
 * A token is the last ARN of the page before.
 */
export const listServiceDeployments: Operation<v.InferOutput<typeof listInput>> = {
  input: listInput,
  answer(work, { cluster, service: name, status, nextToken = "", maxResults }) {
    const service = findService(work, name, cluster);
    if (service === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
    const visible = Object.values(work.state.deployments)
      .filter((each) => each.service === service.arn && each.createdAt + work.state.settings.listLag <= work.at)
      .filter((each) => status === undefined || status.length === 0 || status.includes(each.status))
      .toSorted((a, b) => (a.arn < b.arn ? -1 : 1))
      .filter((each) => each.arn > nextToken);
    const page = visible.slice(0, maxResults);
    return {
      serviceDeployments: page.map((each) => deploymentBrief(work.state, each)),
      ...(visible.length > page.length ? { nextToken: page.at(-1)?.arn } : {}),
    };
  },
};

const arns = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(20));
const deploymentsInput = v.strictObject({ serviceDeploymentArns: arns });

export const describeServiceDeployments: Operation<v.InferOutput<typeof deploymentsInput>> = {
  input: deploymentsInput,
  answer({ state }, { serviceDeploymentArns }) {
    const { found, failures } = lookUp(state.deployments, serviceDeploymentArns);
    return { serviceDeployments: found.map((each) => deploymentView(state, each)), failures };
  },
};

const revisionsInput = v.strictObject({ serviceRevisionArns: arns });

export const describeServiceRevisions: Operation<v.InferOutput<typeof revisionsInput>> = {
  input: revisionsInput,
  answer({ state }, { serviceRevisionArns }) {
    const { found, failures } = lookUp(state.revisions, serviceRevisionArns);
    return { serviceRevisions: found.map((each) => revisionView(state, each)), failures };
  },
};

function lookUp<T>(records: Record<string, T>, arns: string[]) {
  return {
    found: arns.flatMap((arn) => records[arn] ?? []),
    failures: arns.filter((arn) => records[arn] === undefined).map((arn) => ({ arn, reason: "MISSING" })),
  };
}
