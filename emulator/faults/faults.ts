import { functionsOf } from "../cloud/account.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import { faultyCall, faultyFunction } from "./calls.ts";
import { faultyEnvironments } from "./environments.ts";
import { createMeet, shortName } from "./meet.ts";
import { oneOf, type Rule } from "./rule.ts";

/** What goes wrong in a cloud, by rules. */
export interface Faults {
  /** The same cloud with the faults in it. Throws when it has no function of a rule's name. */
  into(args: CloudArgs): CloudArgs;
  /** From now on they strike: what comes before, such as a story's beginning, is left in peace. */
  begin(): void;
}

/** `onStrike` hears each strike as it happens. */
export function createFaults(rules: readonly Rule[], onStrike: (rule: Rule) => void = () => {}): Faults {
  const { meet, begin } = createMeet(rules, onStrike);
  return {
    into(args) {
      const functions = args.graphs.flatMap(functionsOf).map(({ name }) => shortName(name));
      for (const { text, where, name } of rules)
        if (where === "lambda") oneOf(text, "the function", [...new Set(functions)], name);
      const stackOf = (arn: string) =>
        args.graphs.find(({ resources }) => resources.some(({ outputs }) => outputs.arn === arn))?.stack;
      return {
        ...args,
        ...faultyEnvironments(meet, stackOf, args),
        aroundCall: faultyCall(meet, stackOf, args.aroundCall),
        runFunction: faultyFunction(meet, stackOf, args),
      };
    },
    begin,
  };
}
