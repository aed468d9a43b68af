import { join } from "node:path";
import { ApprovalFunctions } from "./approvalFunctions.ts";
import { bundle } from "./bundle.ts";
import { configuration } from "./configuration.ts";
import { deploymentFunction } from "./deploymentFunction.ts";
import { EcsService } from "./ecsService.ts";
import { gateFunction } from "./gateFunction.ts";
import { ledger } from "./ledger.ts";
import { LoadBalancer } from "./loadBalancer.ts";
import { Machines } from "./machines.ts";
import { Network } from "./network.ts";
import { place as placeIn } from "./place.ts";
import { registry, registryName, registryUrl } from "./registry.ts";
import { SmokeFunctions } from "./smokeFunctions.ts";
import { TemplateTaskDefinition } from "./taskDefinition.ts";
import { Topic } from "./topic.ts";

/**
 * What `pulumi up` creates for one environment; returns the stack's outputs. The environment without a gate is the first: it owns
 * the registry. The gated one is what users depend on: there, what must not be replaced by mistake is protected.
 * `bundles`: directory for the Lambdas' code.
 * @throws RunError with one line per problem of the stack's configuration.
 */
export function program(bundles = join(root, ".build")) {
  const config = configuration();
  const { container, gate } = config;
  const place = placeIn(config.region);
  const protect = gate !== undefined;
  // The environment without a gate owns the registry.
  const first = gate?.from ?? place.environment;
  const code = (room: string) => bundle(join(root, room, "handler.ts"), join(bundles, place.environment, room));

  const images = gate ? undefined : registry(place);
  const { table, item } = ledger(place, protect);
  const topic = new Topic("topic", { place, approvers: gate?.approvers ?? [], notify: config.notify ?? [] });

  const { port, healthPath } = container;
  const network = new Network("network", { place, port });
  const loadBalancer = new LoadBalancer("load-balancer", {
    place,
    network,
    certificateArn: config.certificateArn,
    port,
    healthPath,
    protect,
  });
  const template = new TemplateTaskDefinition("template", {
    place,
    container,
    registry: registryName(place, first),
  });

  const { smoke, admission, signIn } = new SmokeFunctions("smoke", {
    place,
    code: code("smoke"),
    address: config.address,
    merchants: config.smoke.merchants,
    topic: topic.arn,
    template: template.arn,
  });
  const gating = gateFunction({
    place,
    config,
    code: code("gate"),
    template: template.arn,
    registry: registryUrl(place, first),
    topic: topic.arn,
  });
  const deploy = deploymentFunction({
    place,
    code: code("deployment"),
    taskRoleArns: template.roleArns,
    tasks: config.tasks,
    address: config.address,
    healthPath,
    hook: admission.arn,
    productionRule: loadBalancer.productionRule.arn,
    scaleUpMinutes: config.scaleUpMinutes,
    bakeMinutes: config.bakeMinutes,
    logGroup: template.logGroup,
  });
  const approval = gate
    ? new ApprovalFunctions("approval", {
        place,
        code: code("approval"),
        repository: config.repository,
        approvers: gate.approvers.map(({ name }) => name),
        topic: topic.arn,
      })
    : undefined;

  new EcsService("service", {
    place,
    network,
    loadBalancer,
    taskDefinition: template.arn,
    port,
    bakeMinutes: config.bakeMinutes,
    admission: admission.arn,
    protect,
    after: item,
  });
  const { release, emergency, rollback } = new Machines("machines", {
    place,
    config,
    template: template.arn,
    functions: {
      gate: gating.arn,
      deploy: deploy.arn,
      smoke: smoke.arn,
      ...(approval ? { ask: approval.ask.arn } : {}),
    },
  });

  return {
    address: config.address,
    loadBalancer: loadBalancer.dnsName,
    machines: { release, emergency, rollback },
    ledger: table.name,
    topic: topic.arn,
    signIn,
    ...(images ? { registry: images.repositoryUrl } : {}),
    ...(approval ? { approvals: approval.url } : {}),
  };
}

const root = join(import.meta.dirname, "..");
