declare module "js-yaml" {
  /** @throws YAMLException, whose `reason` says what is wrong and `mark.line` where, counted from 0. */
  export function load(text: string): unknown;
  export class YAMLException extends Error {
    reason: string;
    mark?: { line: number };
  }
}
