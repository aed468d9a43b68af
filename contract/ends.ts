import * as v from "valibot";

/** Ends of an execution that succeeds. `Restored`: a rollback that was asked for. */
export const succeeded = ["Released", "Restored"] as const;

/** Ends that fail after users may have met the release. `RollbackFailed` pages people and freezes the environment. */
export const wentBack = ["RolledBack", "RollbackFailed"] as const;

/** Ends that leave the environment as it was. The execution's state is `NotReleased`, with one of these as `Error`. */
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
  /** The environment was held by another execution for the whole wait. */
  "Busy",
  /** ECS's admission hook said no, or gave no verdict, before users saw the release. */
  "Refused",
  /** Its tasks never got up. */
  "DeployFailed",
  /** Somebody stopped it: an operator's rollback, or a stop of the deployment. */
  "Stopped",
  /** The environment is bad, with the good release too. */
  "Held",
  /** Somebody else's deployment or an emergency took over. */
  "Displaced",
  /** Greengate's own calls failed: nothing was judged. */
  "Unavailable",
] as const;

/** How an execution ended, in its output, its record and every message. */
export const ended = v.picklist([...succeeded, ...wentBack, ...notReleased]);
export type Ended = v.InferOutput<typeof ended>;
export type NotReleased = (typeof notReleased)[number];

interface Failure {
  /** Users may have met the release. */
  metUsers: boolean;
  /** A smoke found the release red: it is quarantined where last-known-good is green in the same environment. */
  isRed: boolean;
  /** The execution's end, once last-known-good serves again. */
  ended: Ended;
}

/** Why a change came to nothing. */
export const changeFailures = {
  /** The admission smoke was red, before users. */
  RedAdmission: { metUsers: false, isRed: true, ended: "Refused" },
  Refused: { metUsers: false, isRed: false, ended: "Refused" },
  DeployFailed: { metUsers: false, isRed: false, ended: "DeployFailed" },
  Held: { metUsers: false, isRed: false, ended: "Held" },
  Unavailable: { metUsers: false, isRed: false, ended: "Unavailable" },
  Stopped: { metUsers: false, isRed: false, ended: "Stopped" },
  Displaced: { metUsers: false, isRed: false, ended: "Displaced" },
  /** The smoke under users' traffic was red. */
  RedSmoke: { metUsers: true, isRed: true, ended: "RolledBack" },
  /** The smoke under users' traffic could not be done. */
  SmokeFailed: { metUsers: true, isRed: false, ended: "RolledBack" },
  /** Its tasks died while users met it. */
  Unhealthy: { metUsers: true, isRed: false, ended: "RolledBack" },
  /** ECS itself rolled it back under users' traffic: an alarm, the circuit breaker. */
  RolledBackByEcs: { metUsers: true, isRed: false, ended: "RolledBack" },
  /** It was not through in time. */
  TooSlow: { metUsers: true, isRed: false, ended: "RolledBack" },
} as const satisfies Record<string, Failure>;

export type ChangeFailure = keyof typeof changeFailures;
export const changeFailure = v.picklist(Object.keys(changeFailures) as ChangeFailure[]);
