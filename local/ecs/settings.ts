/** How this ECS behaves: durations in cloud milliseconds, and its awkward habits. Plain JSON; a test changes what its story is about. */
export interface EcsSettings {
  /** From an accepted call to the first stage of the deployment, or of the rollback. */
  pending: number;
  /** From ECS's decision to start a task to its container's first instruction: network interface, image pull. */
  provisioning: number;
  /** A stage without work of its own. */
  stagePause: number;
  /** `TEST_TRAFFIC_SHIFT` and `PRODUCTION_TRAFFIC_SHIFT`. */
  trafficShift: number;
  /**
   * From ECS's request to the balancer answering by the new weights. Longer than `trafficShift`, the deployment says that traffic
   * has moved while users still meet the old colour: AWS promises no order.
   */
  weightsPropagation: number;
  /** How long `ListServiceDeployments` goes without showing a new deployment. */
  listLag: number;
  /** Between two calls of a hook that answered `IN_PROGRESS` without a `callBackDelay`. */
  callBackDelay: number;
  /**
   * How long a deregistered task definition can still be deployed: up to 10 minutes,
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
   */
  inactiveGrace: number;
}

/** Like AWS, as far as it was observed; the shapes are documented, the durations are not. */
export const awsLike: EcsSettings = {
  pending: 2_000,
  provisioning: 25_000,
  stagePause: 5_000,
  trafficShift: 15_000,
  weightsPropagation: 5_000,
  listLag: 10_000,
  callBackDelay: 30_000,
  inactiveGrace: 600_000,
};
