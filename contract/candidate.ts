import * as v from "valibot";
import { text, whole, words } from "./rules.ts";
import { linesOf } from "./text.ts";

export const commit = text(/^[0-9a-f]{40}$/, "40 hex digits");

/** A build that wants to be released, as a pipeline hands it over. */
export const candidate = v.object({
  /** `repository@sha256:<64 hex digits>`. */
  image: text(
    /^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,300}@sha256:[0-9a-f]{64}$/,
    "an image by digest (repository@sha256:<64 hex digits>)",
  ),
  commit,
  /** Branch or tag; what git accepts as one: https://git-scm.com/docs/git-check-ref-format */
  ref: text(/^[^\s\p{Cc}~^:?*[\\]{1,255}$/u, "a branch or tag"),
  author: words(200),
  message: v.exactOptional(v.custom<string>((value) => typeof value === "string", "text")),
  pullRequest: v.exactOptional(whole(1, 1e9, "a whole number from 1")),
  /** `git rev-list --count --first-parent <commit>`: an older candidate never replaces a newer good one. */
  sequence: whole(0, 1e9, "a whole number from 0 to 1000000000 (git rev-list --count --first-parent)"),
  /** Commits that the build contains, newest first, to see whether a hotfix is among them. */
  history: v.exactOptional(
    v.custom<string[]>(
      (value) => Array.isArray(value) && value.length <= 200 && value.every((one) => v.is(commit, one)),
      "at most 200 commits of 40 hex digits",
    ),
  ),
  /** What changed since a commit; without it every check runs. */
  changedPaths: v.exactOptional(
    v.object({
      since: commit,
      paths: v.custom<string[]>(
        (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
        "a list of texts",
      ),
    }),
  ),
});
export type Candidate = v.InferOutput<typeof candidate>;

export const digestOf = (image: string): string => image.slice(image.indexOf("@") + 1);
export const repositoryOf = (image: string): string => image.slice(0, image.indexOf("@"));

/** What people are shown of a candidate and the ledger keeps of a release: texts are shortened. */
export const build = v.object({
  image: v.string(),
  commit,
  ref: v.string(),
  author: v.string(),
  message: v.exactOptional(v.string()),
  pullRequest: v.exactOptional(v.number()),
  sequence: v.number(),
});
export type Build = v.InferOutput<typeof build>;

/** The build of a candidate; of a long message 40 lines stay. */
export function buildOf({ image, commit, ref, author, message, pullRequest, sequence }: Candidate): Build {
  return {
    image,
    commit,
    ref,
    author,
    ...(message === undefined ? {} : { message: linesOf(message, 40).join("\n") }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    sequence,
  };
}

/** Changed paths that tell something: over 500, or too long for an execution's small state, everything is checked. */
export const usefulPaths = ({ changedPaths }: Candidate): Candidate["changedPaths"] => {
  if (!changedPaths) return undefined;
  const { paths } = changedPaths;
  return paths.length <= 500 && paths.join("").length <= 12_000 ? changedPaths : undefined;
};
