import type { IncomingHttpHeaders } from "node:http";

/** Target group ARN → weight, 0 to 999. */
export type Weights = Readonly<Record<string, number>>;

/** A listener rule that forwards. */
export interface Rule {
  arn: string;
  /** The lowest number is asked first. */
  priority: number;
  /** Without it, every request matches. */
  header?: HeaderMatch;
  weights: Weights;
}

/** Any of `values`, whole and without regard to case; wildcards are refused. */
export interface HeaderMatch {
  name: string;
  values: readonly string[];
}

/**
 * Rules by priority, each with a weighted forward. The weights deal the requests out evenly (4:1 gives every fifth to the second
 * group) where an ALB draws lots, so that a run repeats. An ALB doesn't turn to another group when the chosen one has no target.
 */
export function createRules(rules: readonly Rule[], targetGroups: readonly string[]) {
  const inOrder = rules.toSorted((one, other) => one.priority - other.priority);
  const deals = new Map<string, () => string | undefined>();
  const setWeights = (rule: string, weights: Weights) => {
    for (const [arn, weight] of Object.entries(weights)) {
      if (!targetGroups.includes(arn)) throw new Error(`${rule}: there is no target group ${arn}.`);
      if (!Number.isInteger(weight) || weight < 0 || weight > 999)
        throw new Error(`${rule}: a weight must be a whole number from 0 to 999, not ${weight}.`);
    }
    deals.set(rule, dealer(weights));
  };
  const resetWeights = () => {
    for (const { arn, weights } of rules) setWeights(arn, weights);
  };
  for (const rule of rules) checkHeader(rule);
  resetWeights();
  return {
    /** ARN of the target group whose turn it is; `undefined` when no rule matches or the rule that does has no weight. */
    choose(headers: IncomingHttpHeaders): string | undefined {
      const rule = inOrder.find(({ header }) => !header || matches(header, headers));
      return rule && deals.get(rule.arn)?.();
    },
    setWeights(rule: string, weights: Weights): void {
      if (!deals.has(rule)) throw new Error(`No rule has the ARN ${rule}.`);
      setWeights(rule, weights);
    },
    /** All weights as they were at the start. */
    resetWeights,
  };
}

function matches({ name, values }: HeaderMatch, headers: IncomingHttpHeaders): boolean {
  const sent = [headers[name.toLowerCase()] ?? []].flat().join(", ").toLowerCase();
  return values.some((value) => value.toLowerCase() === sent);
}

/** Smooth weighted round robin: each turn every group earns its weight, the richest one is chosen and pays the total. */
function dealer(weights: Weights): () => string | undefined {
  const groups = Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .map(([arn, weight]) => ({ arn, weight, credit: 0 }));
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    for (const group of groups) group.credit += group.weight;
    const richest = groups.toSorted((one, other) => other.credit - one.credit)[0];
    if (richest) richest.credit -= total;
    return richest?.arn;
  };
}

function checkHeader({ arn, header }: Rule): void {
  const wild = header?.values.find((value) => /[*?]/.test(value));
  if (wild !== undefined)
    throw new Error(
      `${arn}: the embedded balancer knows no wildcards, so a header's value can't be ${JSON.stringify(wild)}.`,
    );
}
