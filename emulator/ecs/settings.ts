/**
 * How this ECS behaves: durations in cloud milliseconds, and its awkward habits; a test changes what its story is about. Like AWS, as
 * far as it was observed: the shapes are documented, most durations are not.
 */
export const awsLike = {
  /** From an accepted call to the first stage of the deployment, or of the rollback. */
  pending: 2_000,
  /** From ECS's decision to start a task to its container's first instruction: network interface, image pull. */
  provisioning: 25_000,
  /** A stage without work of its own. */
  stagePause: 5_000,
  /** `TEST_TRAFFIC_SHIFT` and `PRODUCTION_TRAFFIC_SHIFT`. */
  trafficShift: 15_000,
  /**
   * From ECS's request to the balancer answering by the new weights. Longer than `trafficShift`, the deployment says that traffic
   * has moved while users still meet the old colour: AWS promises no order.
   */
  weightsPropagation: 5_000,
  /** How long `ListServiceDeployments` goes without showing a new deployment. */
  listLag: 10_000,
  /** Between two calls of a hook that answered `IN_PROGRESS` without a `callBackDelay`. */
  callBackDelay: 30_000,
  /**
   * How long a deregistered task definition can still be deployed: up to 10 minutes,
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
   */
  inactiveGrace: 600_000,
  /**
   * How long a task that has stopped can be listed and described: at least an hour,
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
   */
  stoppedTasksKept: 3_600_000,
};

export type EcsSettings = typeof awsLike;
