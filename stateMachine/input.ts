/** A build that wants to be released. Its fields come from the pipeline and are text until the machine's first state has checked them. */
export interface Candidate {
  /** By digest: `repository@sha256:<64 hex digits>`. */
  image: string;
  /** 40 hex digits. */
  commit: string;
  /** Branch or tag that the build was made from, such as `main`. */
  ref: string;
  author: string;
  message?: string;
  pullRequest?: number;
  /** `git rev-list --count --first-parent <commit>`: an older candidate never replaces a newer good one. */
  sequence: number;
  /** Up to 200 commits that the build contains, to see whether a hotfix is among them. */
  history?: string[];
  /** What changed since the commit `since`; without it every check runs. */
  changedPaths?: { since: string; paths: string[] };
}

/** Input of the release machines. `evidence` is for live alone. */
export interface ReleaseInput {
  candidate: Candidate;
  requestedBy: string;
  /** The execution of dev's release machine that found this candidate green. */
  evidence?: { executionArn: string };
}

/** Input of the emergency machines. */
export interface EmergencyInput {
  candidate: Candidate;
  requestedBy: string;
  /** `advisory` lets ECS's hook admit a red release too, and is recorded. Default `enforce`. */
  override: { reason: string; incident: string; smoke?: "enforce" | "advisory" };
}

/** Input of the rollback machines. Without `to` (a commit), the good release before the current one. */
export interface RollbackInput {
  requestedBy: string;
  rollback: { reason: string; to?: string };
}
