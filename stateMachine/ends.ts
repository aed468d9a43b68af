/** The ends of an execution that succeeds: `ended` in its output. */
export const succeeds = ["Released", "Restored"] as const;

/** Refusals and stops that leave the environment as it was: the execution ends in `NotReleased` with one of these as `Error`. */
export const notReleased = [
  "InvalidInput",
  "NoGreenEvidence",
  "Quarantined",
  "Rejected",
  "Expired",
  "Superseded",
  "BaseChanged",
  "Frozen",
  "WouldUndoHotfix",
  "Busy",
  /** ECS's own hook said no before a user saw the release. */
  "Refused",
  /** It never got up. */
  "DeployFailed",
  /** The world is bad, not the release. */
  "Held",
  /** Somebody else's deployment took over. */
  "Displaced",
] as const;

/** The ends that fail after users may have met the release. `RollbackFailed` pages and freezes the environment. */
export const rolledBack = ["RolledBack", "RollbackFailed"] as const;

/** How an execution ended: `ended` in its output, its record and every table. */
export type Ended = (typeof succeeds)[number] | (typeof notReleased)[number] | (typeof rolledBack)[number];
