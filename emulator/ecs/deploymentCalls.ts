import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import { canTurnBack, rollBack } from "./deployment.ts";
import { arnPage, arnPaging, clusterName, operation, serviceIn } from "./operation.ts";
import { stoppedByUser } from "./reasons.ts";
import { isPointedAt } from "./stages.ts";
import type { EcsState, Revision, ServiceDeployment } from "./state.ts";
import { countsOf, known, type Move, moveOf } from "./work.ts";

const arns = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(20));

export const deploymentOperations = {
  /** In no order of time (by ARN, whose end looks random), a new one only after `listLag`: both as observed. */
  ListServiceDeployments: operation(
    v.strictObject({
      cluster: clusterName,
      service: v.string(),
      status: v.optional(v.array(v.string()), []),
      ...arnPaging(20),
    }),
    (work, { cluster, service, status, ...paging }) => {
      const { serviceArn } = serviceIn(work, cluster, service);
      const visible = Object.values(work.state.deployments)
        .filter((each) => each.serviceArn === serviceArn && each.createdAt + work.state.settings.listLag <= work.at)
        .filter((each) => status.length === 0 || status.includes(each.status));
      const { arns, nextToken } = arnPage(
        visible.map((each) => each.serviceDeploymentArn),
        paging,
      );
      const { deployments } = work.state;
      return { serviceDeployments: arns.map((arn) => brief(known(deployments, arn))), nextToken };
    },
  ),

  DescribeServiceDeployments: operation(
    v.strictObject({ serviceDeploymentArns: arns }),
    (work, { serviceDeploymentArns }) => {
      const { found, failures } = lookUp(work.state.deployments, serviceDeploymentArns);
      return { serviceDeployments: found.map((each) => view(moveOf(work, each))), failures };
    },
  ),

  DescribeServiceRevisions: operation(
    v.strictObject({ serviceRevisionArns: arns }),
    ({ state }, { serviceRevisionArns }) => {
      const { found, failures } = lookUp(state.revisions, serviceRevisionArns);
      return { serviceRevisions: found.map((each) => revisionView(state, each)), failures };
    },
  ),

  /**
   * Goes back to the source revision: before the production shift green just ends, during the bake the weights go back to blue, in
   * CLEAN_UP it is too late. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
   * [unverified]: the text of the ConflictException, and that a closed deployment gives one.
   */
  StopServiceDeployment: operation(
    v.strictObject({
      serviceDeploymentArn: v.string(),
      stopType: v.optional(v.picklist(["ROLLBACK", "ABORT"]), "ROLLBACK"),
    }),
    (work, { serviceDeploymentArn, stopType }) => {
      if (stopType === "ABORT") {
        const message = "ECS StopServiceDeployment API with ABORT stopType is not supported.";
        throw new AwsError("UnsupportedFeatureException", message);
      }
      const deployment = work.state.deployments[serviceDeploymentArn];
      if (deployment === undefined) {
        throw new AwsError("ServiceDeploymentNotFoundException", "The service deployment does not exist.");
      }
      const { status, lifecycleStage } = deployment;
      // A rollback under way simply goes on.
      if (status === "ROLLBACK_REQUESTED" || status === "ROLLBACK_IN_PROGRESS") return { serviceDeploymentArn };
      if (!canTurnBack(deployment)) {
        const message = `The service deployment is ${status} in ${lifecycleStage} and can't be stopped.`;
        throw new AwsError("ConflictException", message);
      }
      rollBack(moveOf(work, deployment), stoppedByUser, "ROLLBACK_REQUESTED");
      return { serviceDeploymentArn };
    },
  ),
};

const lookUp = <T>(records: Record<string, T>, arns: string[]) => ({
  found: arns.flatMap((arn) => records[arn] ?? []),
  failures: arns.filter((arn) => records[arn] === undefined).map((arn) => ({ arn, reason: "MISSING" })),
});

/** AWS's list shows less of each; its clients pass over what they don't know. */
const brief = (deployment: ServiceDeployment) => ({ ...deployment, targetServiceRevisionArn: deployment.own.target });

/** Counts and weights are those of now, where AWS keeps those of a closed deployment's end. */
function view({ state, service, deployment, blue, green }: Move): object {
  // Many revisions share a colour in the course of time; only one that has tasks gets its traffic.
  const weight = (revision: Revision, traffic: "test" | "production") =>
    revision.own.requested > 0 && isPointedAt(service, traffic, revision) ? 100 : 0;
  const weighed = (revision: Revision) => ({
    ...countsOf(state, revision),
    requestedTestTrafficWeight: weight(revision, "test"),
    requestedProductionTrafficWeight: weight(revision, "production"),
  });
  return {
    ...deployment,
    sourceServiceRevisions: blue === undefined ? [] : [weighed(blue)],
    targetServiceRevision: weighed(green),
  };
}

function revisionView(state: EcsState, revision: Revision): object {
  const { containerDefinitions } = known(state.taskDefinitions, revision.taskDefinition);
  // AWS may show an `imageDigest` too, and may not: nobody shall count on it.
  return {
    ...revision,
    containerImages: containerDefinitions.map(({ name, image }) => ({ containerName: name, image })),
  };
}
