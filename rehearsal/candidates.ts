import type { Candidate } from "../contract/candidate.ts";
import { commitOf, imageOf } from "./samples.ts";

/** A build of the sample as the pipeline would hand it over; its sequence says where it stands on its branch. */
export const candidateOf = (
  build: string,
  sequence: number,
  { ref = "main", contains = [] }: { ref?: string; contains?: string[] } = {},
): Candidate => ({
  image: imageOf(build),
  commit: commitOf(build),
  ref,
  author: "Ana",
  message: `Build ${build}`,
  sequence,
  history: contains.map(commitOf),
});

/** Execution names read as `main-1a2b3c4-20261123T101500`. `now`: milliseconds since 1970. */
export const executionName = ({ ref, commit }: Candidate, now: number): string => {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  return `${ref.replaceAll(/[^0-9A-Za-z_-]/g, "-").slice(0, 50)}-${commit.slice(0, 7)}-${time}`;
};
