import type { ProbeOutput } from "../../../deployment/probe.ts";
import type { EcsState } from "../../../emulator/ecs/state.ts";
import { blue, productionRule, variableOf } from "../../support/shop.ts";

/** What a user gets: tasks of the colour that the listener's rule names, whatever ECS thinks of it. */
export function productionListener(namesRelease: boolean) {
  let colour: string = blue;
  let stranger: string | undefined;
  return {
    setWeights(rule: string, weights: Record<string, number>) {
      if (rule === productionRule) colour = Object.entries(weights).find(([, weight]) => weight === 100)?.[0] ?? "";
    },
    /** Somebody changes the rule by hand, so that it leads to no task. */
    divert: () => {
      colour = "nowhere";
    },
    /** Something that isn't ECS's answers from now on and calls itself so. */
    answerAs: (release: string) => {
      stranger = release;
    },
    answer({ tasks, revisions, taskDefinitions }: EcsState): ProbeOutput {
      if (stranger !== undefined) return { status: 200, release: stranger };
      const isHealthy = (revision: string) =>
        Object.values(tasks).some((task) => task.revision === revision && task.healthy && task.status === "RUNNING");
      const serving = Object.values(revisions).findLast(
        (each) => each.own.colour === colour && isHealthy(each.serviceRevisionArn),
      );
      if (!serving) return { status: 503, release: null };
      const release = variableOf({ ...taskDefinitions[serving.taskDefinition] }, "GREENGATE_RELEASE");
      return { status: 200, release: namesRelease ? release : null };
    },
  };
}
