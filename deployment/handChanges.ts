import type { Service } from "@aws-sdk/client-ecs";
import type { DeploymentSettings } from "./settings.ts";

const stage = "POST_TEST_TRAFFIC_SHIFT";

/**
 * What somebody changed by hand of all that keeps a release from users until it was judged, with the way back; undefined where
 * nothing was. Pulumi compares with its state, which only a refresh renews, and passes over `loadBalancers`, which are ECS's.
 */
export function findHandChange(settings: DeploymentSettings, service: Service): string | undefined {
  const configuration = findConfigurationChange(settings, service);
  if (configuration) return `the service was changed by hand: ${configuration}; pulumi up --refresh restores it`;
  const rule = service.loadBalancers?.[0]?.advancedConfiguration?.productionListenerRule ?? "missing";
  if (rule === settings.PRODUCTION_RULE) return undefined;
  return `the service was changed by hand: its production listener rule is ${rule}, not ${settings.PRODUCTION_RULE}; aws ecs update-service --load-balancers restores it`;
}

function findConfigurationChange({ HOOK }: DeploymentSettings, { deploymentConfiguration }: Service) {
  const { strategy = "missing", lifecycleHooks = [] } = deploymentConfiguration ?? {};
  if (strategy !== "BLUE_GREEN") return `its deployment strategy is ${strategy}, not BLUE_GREEN`;
  const hook = lifecycleHooks.find(({ hookTargetArn }) => hookTargetArn === HOOK);
  if (!hook) return `the admission hook ${HOOK} is missing`;
  const { lifecycleStages = [] } = hook;
  if (!lifecycleStages.includes(stage))
    return `the admission hook ${HOOK} is called at ${lifecycleStages.join(", ")}, not at ${stage}`;
  return undefined;
}
