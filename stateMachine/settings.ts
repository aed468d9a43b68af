/** Which of an environment's three machines: who may start it is a matter of IAM, so each lane has a machine of its own. */
export type Lane = "release" | "emergency" | "rollback";
export const lanes: readonly Lane[] = ["release", "emergency", "rollback"];

/** What a machine needs to know of the account it lives in. Names and ARNs only, no Pulumi. */
export interface MachineSettings {
  project: string;
  environment: string;
  region: string;
  account: string;
  /** Table name of the environment's ledger. */
  ledger: string;
  /** ARN, with revision, of the task definition that releases are made from. */
  template: string;
  /** ARNs. `ask` only where there is a gate. */
  functions: { deploy: string; smoke: string; ask?: string };
  /** ARN of the topic that tells people. */
  topic: string;
  /** GitHub `owner/name`. */
  repository: string;
  /** Present where a release needs evidence from another environment and an operator's approval. */
  gate?: {
    /** Name of the environment whose green release counts. */
    from: string;
    /** Table name of its ledger: a later red smoke there revokes the evidence. */
    ledger: string;
    /** ARN of its release machine: only an execution of that one is evidence. */
    machineArn: string;
    expiresAfterHours: number;
    evidenceDays: number;
  };
  /** ARN of the next environment's release machine. */
  offersTo?: string;
  bakeMinutes: number;
  scaleUpMinutes: number;
  lockWaitMinutes: number;
}
