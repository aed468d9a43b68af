import { functionsOf } from "../cloud/account.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import type { Container } from "../cloud/elasticContainers.ts";
import { shifting } from "./balancers.ts";
import { faultyCall, faultyFunction } from "./calls.ts";
import { type Fault, faults, oneOf, type Rule } from "./rule.ts";
import { crashing, faultyContainer } from "./tasks.ts";

/** What goes wrong in a cloud, by rules. */
export interface Faults {
  /** The same cloud with the faults in it. Throws when it has no function of a rule's name. */
  into(args: CloudArgs): CloudArgs;
  /** From now on they strike: what comes before, such as a story's beginning, is left in peace. */
  begin(): void;
}

/** Where a fault may strike. */
export interface Meeting {
  where: string;
  name: string;
  /** Undefined for whoever stands outside of the graphs, such as an operator. */
  stack: string | undefined;
  /** Whose meetings are counted apart from others'. */
  victim?: unknown;
}

/** Tells the rules that somebody comes by whom the fault may strike, and answers the first one that does. */
export type Meet = (fault: Fault, meeting: Meeting) => Rule | undefined;

/** `onStrike` hears each strike as it happens. */
export function createFaults(rules: readonly Rule[], onStrike: (rule: Rule) => void = () => {}): Faults {
  let begun = false;
  const armed = rules.map((rule) => ({ rule, met: new Map<unknown, number>(), struck: 0 }));
  const meet: Meet = (fault, { where, name, stack, victim }) => {
    if (!begun) return;
    let striking: Rule | undefined;
    for (const one of armed) {
      const { rule, struck } = one;
      const { amount, environment = stack } = rule;
      if (rule.fault !== fault || rule.where !== where || rule.name !== name || environment !== stack) continue;
      const met = (one.met.get(victim) ?? 0) + 1;
      one.met.set(victim, met);
      if (striking || !faults[fault].strikes({ amount, met, struck })) continue;
      one.struck += 1;
      striking = rule;
    }
    if (striking) onStrike(striking);
    return striking;
  };

  return {
    into(args) {
      const functions = args.graphs.flatMap(functionsOf).map(({ name }) => shortName(name));
      for (const { text, where, name } of rules)
        if (where === "lambda") oneOf(text, "the function", [...new Set(functions)], name);
      const stackOf = (arn: string) =>
        args.graphs.find(({ resources }) => resources.some(({ outputs }) => outputs.arn === arn))?.stack;
      const running = new Map<number, Container>();
      return {
        ...args,
        aroundCall: faultyCall(meet, stackOf, args.aroundCall),
        aroundBalancer: (balancer, stack) => crashing(meet, running, shifting(meet, args, balancer, stack), stack),
        runFunction: faultyFunction(meet, stackOf, args),
        runContainer: faultyContainer(meet, stackOf, args.runContainer, running),
      };
    },
    begin() {
      begun = true;
    },
  };
}

/** `greengate-live-deploy` is `deploy` to people. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf("-") + 1);
