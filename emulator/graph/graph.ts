/** A resource as `pulumi up` would create it: what the program said, and what the mocks answered. */
export interface Resource {
  urn: string;
  /** Pulumi type token, such as `aws:ecs/service:Service`. */
  type: string;
  name: string;
  /** What the program gave; an archive reads `{ archive: <path> }`. */
  inputs: Record<string, unknown>;
  /** The inputs and what AWS computes, with `id`. */
  outputs: Record<string, unknown>;
  parent?: string;
  dependencies: string[];
  ignoreChanges: string[];
  protect: boolean;
  retainOnDelete: boolean;
}

/** Everything one stack would create. Plain JSON: it crosses from thread to thread. */
export interface Graph {
  stack: string;
  /** By URN. */
  resources: Resource[];
  /** Stack outputs. */
  outputs: Record<string, unknown>;
}

/** The project's environments; each is a stack. */
export type Environment = "dev" | "live";
export const environments: readonly Environment[] = ["dev", "live"];
