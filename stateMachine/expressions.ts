import { type Expression, jsonata } from "./asl.ts";

/** This execution's ARN: the lock's holder. */
export const me = jsonata("$states.context.Execution.Id");

/** This execution's name: the release that the application answers with. */
export const release = jsonata("$states.context.Execution.Name");

export const now = jsonata("$now()");

/** `$millis()` some minutes from now: a deadline, assigned one state before it is compared. */
export const inMinutes = (minutes: number): Expression => jsonata(`$millis() + ${minutes * 60_000}`);

/** A ledger's `Good` map as a plain object, or null where there is none. */
export const goodOf = (map: string): Expression =>
  jsonata(
    `$exists(${map}) ? {'taskDefinition': ${map}.taskDefinition.S, 'release': ${map}.release.S, 'image': ${map}.image.S, 'digest': ${map}.digest.S, 'commit': ${map}.commit.S, 'sequence': $number(${map}.sequence.N), 'hotfix': ${map}.hotfix.BOOL} : null`,
  );

/** JSONata for a plain `Good` as the map that DynamoDB stores. */
export const goodMap = (good: string): string => {
  const texts = ["taskDefinition", "release", "image", "digest", "commit"].map(
    (key) => `'${key}': {'S': ${good}.${key}}`,
  );
  return `{'M': {${texts.join(", ")}, 'sequence': {'N': $string(${good}.sequence)}, 'hotfix': ${good}.hotfix = true ? {'BOOL': true}}}`;
};

/** The task definition of `$good`, '' before the first release. */
export const base = "($good = null ? '' : $good.taskDefinition)";
