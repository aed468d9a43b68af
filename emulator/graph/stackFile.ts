import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load, YAMLException } from "js-yaml";

/** A stack's settings as the Pulumi CLI would hand them to the program. */
export interface StackFile {
  project: string;
  /** `aws:region` and the like; numbers and structures as JSON text. */
  config: Record<string, string>;
}

/**
 * Reads Pulumi.yaml and Pulumi.<stack>.yaml as the CLI would.
 * @throws one line that names the file: no such stack, not YAML, or an encrypted value, which only the CLI can read.
 */
export function readStackFile(directory: string, stack: string): StackFile {
  const name = `Pulumi.${stack}.yaml`;
  if (!existsSync(join(directory, name))) {
    const stacks = readdirSync(directory).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    throw new Error(`${name}: there is no such stack in ${directory}, only: ${stacks.join(", ") || "none"}`);
  }
  const { name: project } = read(directory, "Pulumi.yaml");
  if (typeof project !== "string") throw new Error(`Pulumi.yaml: name must be text, not ${JSON.stringify(project)}`);
  const config = map(read(directory, name).config ?? {}, `${name}: config`);
  return {
    project,
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, onWire(value, name, key)])),
  };
}

function onWire(value: unknown, file: string, key: string): string {
  if (value !== null && typeof value === "object" && "secure" in value)
    throw new Error(`${file}: ${key} is encrypted and can only be read by the Pulumi CLI: leave it out here`);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function read(directory: string, file: string): Record<string, unknown> {
  try {
    return map(load(readFileSync(join(directory, file), "utf8")) ?? {}, file);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new Error(`${file}: line ${(error.mark?.line ?? 0) + 1}: ${error.reason}`, { cause: error });
  }
}

function map(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${where} must be a map, not ${JSON.stringify(value)}`);
}
