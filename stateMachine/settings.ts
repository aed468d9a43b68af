/** What a machine needs to know of the account it lives in. Names and ARNs only, no Pulumi. */
export interface MachineSettings {
  project: string;
  environment: string;
  /** ARN, with revision, of the task definition that releases are made from. */
  template: string;
  /** ARNs. `ask` only where a release needs the operators' approval. */
  functions: { gate: string; deploy: string; smoke: string; ask?: string };
  /** Hours that a question to the operators stays open; 0 where nobody is asked. */
  expiresAfterHours: number;
  bakeMinutes: number;
  scaleUpMinutes: number;
  lockWaitMinutes: number;
}
