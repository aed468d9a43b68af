import type { Reply } from "../../../deployment/plan.ts";
import type { Happened } from "../../../emulator/ecs/events.ts";
import type { EcsState } from "../../../emulator/ecs/state.ts";

/** Tasks that have ended, which ECS shows for an hour, for a model that has no such calls. */
export function endedTasks() {
  const tasks: { taskArn: string }[] = [];
  return {
    note({ tasks: present, revisions }: EcsState, { task, exitCode, reason }: Happened<"taskStopped">, at: number) {
      const { taskDefinition } = revisions[present[task]?.revision ?? ""] ?? {};
      if (taskDefinition === undefined) return;
      tasks.push({
        taskArn: task,
        taskDefinitionArn: taskDefinition,
        stoppedReason: reason,
        stoppingAt: at / 1000,
        containers: [{ name: "app", exitCode }],
      } as { taskArn: string });
    },
    answer(action: string): Reply | undefined {
      if (action === "ListTasks") return { output: { taskArns: tasks.map(({ taskArn }) => taskArn) } };
      if (action === "DescribeTasks") return { output: { tasks } };
      return undefined;
    },
  };
}
