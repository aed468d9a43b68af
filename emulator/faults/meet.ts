import { type Fault, faults, type Rule } from "./rule.ts";

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

/** The stack whose graph has a resource. */
export type StackOf = (arn: string) => string | undefined;

/** Counts who comes by; nobody is struck before `begin`. `onStrike` hears each strike as it happens. */
export function createMeet(rules: readonly Rule[], onStrike: (rule: Rule) => void): { meet: Meet; begin(): void } {
  let begun = false;
  const armed = rules.map((rule) => ({ rule, met: new Map<unknown, number>(), struck: 0 }));
  return {
    meet(fault, { where, name, stack, victim }) {
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
    },
    begin() {
      begun = true;
    },
  };
}

/** `greengate-live-deploy` is `deploy` to people. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf("-") + 1);
