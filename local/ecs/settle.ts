import { step } from "./deployment.ts";
import { callDueHooks } from "./hooks.ts";
import { scale, startDueTasks } from "./tasks.ts";
import { openDeployment, revisionsOf, type Work } from "./work.ts";

/** Does whatever is due at `work.at`, until nothing more is. */
export function settle(work: Work): void {
  for (const service of Object.values(work.state.services)) {
    for (let moving = true; moving; ) {
      const open = openDeployment(work, service);
      moving = open !== undefined && step(work, service, open);
      for (const revision of revisionsOf(work.state, service.arn)) scale(work, service, revision);
    }
    startDueTasks(work, service);
    for (const { rule, weights } of service.shifting.filter((shift) => shift.at <= work.at)) {
      work.effects.push({ type: "weights", rule, weights });
    }
    service.shifting = service.shifting.filter((shift) => shift.at > work.at);
    const open = openDeployment(work, service);
    if (open) callDueHooks(work, open);
  }
}
