import { jsonata } from "./asl.ts";
import { goodMap, me, release } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";

/** The new good one, the good one before it, and no freeze: green is known again. An emergency keeps its predecessor's sequence, so that main's next candidate isn't refused as older. */
export const recordGood = (settings: MachineSettings, emergency: boolean) => {
  const sequence = emergency ? "($good = null ? 0 : $good.sequence)" : "$candidate.sequence";
  const marked = emergency && settings.gate !== undefined;
  return {
    expression: `SET good = :good, previous = :previous${marked ? ", mustContain = :commit" : ""} REMOVE frozen${emergency ? "" : ", mustContain"}`,
    condition: "holder = :me AND fence = :fence",
    values: {
      ":me": { S: me },
      ":fence": { N: jsonata("$string($fence)") },
      ":good": {
        M: {
          taskDefinition: { S: "{% $registered %}" },
          release: { S: release },
          image: { S: "{% $candidate.image %}" },
          digest: { S: "{% $digest %}" },
          commit: { S: "{% $candidate.commit %}" },
          sequence: { N: jsonata(`$string(${sequence})`) },
          ...(marked ? { hotfix: { BOOL: true } } : {}),
        },
      },
      // Before the first release there is none; DynamoDB keeps a NULL.
      ":previous": jsonata(`$good = null ? {'NULL': true} : ${goodMap("$good")}`),
      ...(marked ? { ":commit": { S: "{% $candidate.commit %}" } } : {}),
    },
  };
};
