import { functionsOf } from "../cloud/account.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import type { Graph } from "../graph/graph.ts";
import { UsageError } from "../options.ts";
import { faultyBalancer } from "./balancers.ts";
import { faultyCall } from "./calls.ts";
import { faultyFunction } from "./functions.ts";
import { type Rule, textOf } from "./rule.ts";
import { faultyContainer } from "./tasks.ts";

/** What goes wrong in a cloud, by rules. */
export interface Faults {
  rules: readonly Rule[];
  /** The same cloud with the faults in it. Throws a {@link UsageError} when it has no function of a rule's name. */
  into(args: CloudArgs): CloudArgs;
  /** From now on they strike: what comes before, such as a story's beginning, is left in peace. */
  begin(): void;
  /** Rules that have not struck so far: perhaps misspelt, perhaps nobody came by. */
  unstruck(): readonly Rule[];
}

/** A rule in force. */
export interface ArmedRule extends Rule {
  /** Faults have begun. */
  begun(): boolean;
  /** Whether it strikes now; it does so at most `most` times in all. */
  strikes(most: number): boolean;
}

/** `onStrike` hears each strike as it happens. */
export function createFaults(rules: readonly Rule[], onStrike: (rule: Rule) => void = () => {}): Faults {
  let begun = false;
  const times = new Map<Rule, number>();
  const armed = rules.map((rule): ArmedRule => {
    const strikes = (most: number) => {
      const before = times.get(rule) ?? 0;
      if (!begun || before >= most) return false;
      times.set(rule, before + 1);
      onStrike(rule);
      return true;
    };
    return { ...rule, begun: () => begun, strikes };
  });

  return {
    rules,
    into(args) {
      checkFunctions(rules, args.graphs);
      const stackOf = (arn: string) => stackIn(args.graphs, arn);
      return {
        ...args,
        aroundCall: faultyCall(armed, stackOf, args.aroundCall),
        aroundBalancer: faultyBalancer(armed, args.clock),
        runFunction: faultyFunction(armed, stackOf, args),
        runContainer: faultyContainer(armed, stackOf, args.runContainer),
      };
    },
    begin() {
      begun = true;
    },
    unstruck: () => rules.filter((rule) => !times.has(rule)),
  };
}

/** The stack whose graph has the resource; undefined for whoever stands outside, such as an operator. */
const stackIn = (graphs: readonly Graph[], arn: string): string | undefined =>
  graphs.find(({ resources }) => resources.some(({ outputs }) => outputs.arn === arn))?.stack;

function checkFunctions(rules: readonly Rule[], graphs: readonly Graph[]): void {
  const names = new Set(graphs.flatMap(functionsOf).map(({ name }) => shortName(name)));
  for (const rule of rules)
    if (rule.where === "lambda" && !names.has(rule.name))
      throw new UsageError(
        `fault ${JSON.stringify(textOf(rule))}: the function must be ${[...names].join(" or ")}, not ${JSON.stringify(rule.name)}`,
      );
}

/** `greengate-live-deploy` is `deploy` to people. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf("-") + 1);
