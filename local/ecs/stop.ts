import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Operation } from "./calls.ts";
import { stoppedByUser } from "./reasons.ts";
import { requestRollback } from "./rollback.ts";
import { known } from "./work.ts";

const stopInput = v.strictObject({
  serviceDeploymentArn: v.string(),
  stopType: v.optional(v.picklist(["ROLLBACK", "ABORT"]), "ROLLBACK"),
});

/**
 * Goes back to the source revision: before the production shift green just ends, during the bake the weights go back to blue, in
 * CLEAN_UP it is too late. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
 * [unverified]: the texts of both ConflictExceptions, and that a closed deployment gives one.
 */
export const stopServiceDeployment: Operation<v.InferOutput<typeof stopInput>> = {
  input: stopInput,
  answer(work, { serviceDeploymentArn, stopType }) {
    if (stopType === "ABORT") {
      const message = "ECS StopServiceDeployment API with ABORT stopType is not supported.";
      throw new AwsError("UnsupportedFeatureException", message);
    }
    const deployment = work.state.deployments[serviceDeploymentArn];
    if (deployment === undefined) {
      throw new AwsError("ServiceDeploymentNotFoundException", "The service deployment does not exist.");
    }
    if (deployment.finishedAt !== undefined) {
      throw new AwsError("ConflictException", `The service deployment is already ${deployment.status}.`);
    }
    // A rollback under way simply goes on.
    if (deployment.status === "PENDING" || deployment.status === "IN_PROGRESS") {
      if (deployment.stage === "CLEAN_UP") {
        throw new AwsError(
          "ConflictException",
          "The service deployment is in its CLEAN_UP stage and can't be stopped.",
        );
      }
      requestRollback(work, known(work.state.services, deployment.service), deployment, stoppedByUser);
    }
    return { serviceDeploymentArn };
  },
};
