import { type Build, buildOf, type Candidate, repositoryOf } from "../contract/candidate.ts";
import type { ReleaseInput } from "../contract/input.ts";
import type { EnvironmentItem, Good, Quarantine } from "../contract/ledger.ts";
import { lineOf, moment, short } from "../contract/text.ts";
import { type Refusal, refuse } from "./context.ts";
import { reasonOf } from "./freeze.ts";

/** Only images of the environment's registry, and those that configuration names, are released in any lane. */
export function checkRegistry({ image }: Candidate, registries: string[]): Refusal | undefined {
  const repository = repositoryOf(image);
  if (registries.includes(repository)) return undefined;
  return refuse("InvalidInput", `candidate.image must be of ${registries.join(", ")}, not of ${lineOf(repository)}`);
}

/** A redeploy of what is good here, for changed configuration: the same image of the same commit. */
export const isRedeploy = (candidate: Pick<Build, "image" | "commit">, good: Good | undefined): good is Good =>
  good !== undefined && good.image === candidate.image && good.commit === candidate.commit;

/** What is shown and recorded of a redeploy stands in the ledger; a candidate that says otherwise is refused. */
export function checkRedeploy(candidate: Candidate, good: Good): Refusal | undefined {
  const own = buildOf(candidate);
  const fields: (keyof Build)[] = [
    "ref",
    "author",
    "message",
    "pullRequest",
    ...(good.hotfix ? [] : (["sequence"] as const)),
  ];
  const difference = fields.find((field) => own[field] !== good[field]);
  if (!difference) return undefined;
  return refuse(
    "InvalidInput",
    `candidate.${difference} differs from that of ${short(good.commit)}, which is good here: send the one that was released`,
  );
}

export interface RuleArgs {
  environment: EnvironmentItem;
  candidate: Candidate;
  /** The image's quarantine here, under the present template. */
  quarantine: Quarantine | undefined;
  contains: ReleaseInput["contains"];
}

/** Why this candidate may not change the environment now: asked before, and again under the lock. */
export function refuseCandidate({ environment, candidate, quarantine, contains }: RuleArgs): Refusal | undefined {
  const { good, frozen, mustContain } = environment;
  if (frozen !== undefined) return refuse("Frozen", `the environment is frozen: ${reasonOf(frozen)}`);
  if (good && candidate.sequence < good.sequence)
    return refuse(
      "Superseded",
      `candidate.sequence ${candidate.sequence} is older than ${good.sequence} of ${short(good.commit)}, which is good here; if history was rewritten, deploy it once with the emergency machine, which counts anew`,
    );
  if (good && candidate.sequence === good.sequence && candidate.commit !== good.commit && !good.hotfix)
    return refuse(
      "InvalidInput",
      `candidate.sequence ${candidate.sequence} is also that of ${short(good.commit)}, another commit that is good here: check the repository out with fetch-depth: 0`,
    );
  if (quarantine) {
    const { by, reason, at } = quarantine;
    const left = by === "operator" ? "an operator left this image" : "this image was red here under the same settings";
    return refuse("Quarantined", `${left} (${moment(at)}): ${lineOf(reason)}`);
  }
  if (mustContain && !explainContainment({ mustContain, candidate, contains }))
    return refuse(
      "WouldUndoHotfix",
      `candidate.history must contain the hotfix ${mustContain}; if it was squashed, say so in contains`,
    );
  return undefined;
}

/** How it is known that a candidate contains the hotfix; undefined where it isn't. */
export function explainContainment({
  mustContain,
  candidate,
  contains,
}: Pick<RuleArgs, "candidate" | "contains"> & { mustContain: string }): string | undefined {
  if (candidate.commit === mustContain) return "it is the hotfix itself";
  if (candidate.history?.includes(mustContain)) return "the history in the evidence names it";
  if (contains?.hotfix === mustContain) return `only the requester says so: ${lineOf(contains.reason)}`;
  return undefined;
}
