import { stages } from "./configuration.ts";
import { close } from "./deployment.ts";
import { monitorsOf } from "./monitors.ts";
import { superseded } from "./reasons.ts";
import { isPointedAt } from "./stages.ts";
import type { Service } from "./state.ts";
import { known, type Move, moveOf, openDeployment, revisionsOf, tasksOf, unique, type Work, wake } from "./work.ts";

/**
 * Starts a deployment where the service neither has nor is already getting the task definition that it asks for, or where one is
 * forced. [unverified]: a blue/green service that wants no task starts none.
 */
export function deployIfNeeded(work: Work, service: Service, forced = false): void {
  const open = openDeployment(work, service);
  const newest = open?.own.target ?? service.own.current;
  const same = newest !== undefined && known(work.state.revisions, newest).taskDefinition === service.taskDefinition;
  if ((same && !forced) || service.desiredCount === 0) return;
  if (open) supersede(moveOf(work, open));
  begin(work, service);
}

/** From the revision that users have to a new one. */
function begin(work: Work, service: Service): void {
  const source = service.own.current;
  const target = addRevision(work, service);
  const arn = `${service.serviceArn.replace(":service/", ":service-deployment/")}/${unique(work, 21)}`;
  const until = work.at + work.state.settings.pending;
  work.state.deployments[arn] = {
    serviceDeploymentArn: arn,
    serviceArn: service.serviceArn,
    status: "PENDING",
    lifecycleHookDetails: [],
    ...monitorsOf(work, service),
    createdAt: work.at,
    own: {
      ...(source === undefined ? {} : { source }),
      target,
      plan: stages.filter((stage) => stage !== "RECONCILE_SERVICE" || hasLeftovers(work, service)),
      until,
      failedHooks: [],
    },
  };
  service.currentServiceDeployment = arn;
  wake(work, until);
}

/**
 * Takes the colour that users don't have: the first one goes to the alternate group, because production starts on the other; from
 * then on they alternate. Returns its ARN.
 */
function addRevision(work: Work, { serviceArn, taskDefinition, loadBalancers, own }: Service): string {
  const [{ targetGroupArn: first, advancedConfiguration }] = loadBalancers;
  const colour = own.production === first ? advancedConfiguration.alternateTargetGroupArn : first;
  const path = serviceArn.replace(":service/", ":service-revision/");
  const arn = `${path}/${BigInt(`0x${unique(work, 16)}`)}`;
  work.state.revisions[arn] = {
    serviceRevisionArn: arn,
    serviceArn,
    taskDefinition,
    createdAt: work.at,
    own: { colour, requested: 0 },
  };
  return arn;
}

/** More than one revision is active: an earlier deployment was stopped half-way. */
const hasLeftovers = (work: Work, service: Service): boolean =>
  revisionsOf(work.state, service)
    .filter(({ serviceRevisionArn }) => serviceRevisionArn !== service.own.current)
    .some((revision) => revision.own.requested > 0 || tasksOf(work.state, revision).length > 0);

/** Ends an open deployment because a newer one takes over. [unverified]: AWS says that a new deployment supersedes, not how. */
function supersede(move: Move): void {
  const { service, green } = move;
  if (isPointedAt(service, "production", green)) service.own.current = green.serviceRevisionArn;
  close(move, "STOPPED", superseded);
}
