import { expect, test } from "vitest";
import { buildOf, digestOf, repositoryOf, usefulPaths } from "../../contract/candidate.ts";
import { candidateOf, commitOf, digestOfBuild, registry } from "../gate/support/builds.ts";

test("an image is a repository and a digest", () => {
  const { image } = candidateOf("a");
  expect([repositoryOf(image), digestOf(image)]).toEqual([registry, digestOfBuild("a")]);
});

test("of a message of 900 lines people are shown 40, each cut on a whole character, and that there are more", () => {
  const message = Array.from({ length: 900 }, () => `${"x".repeat(199)}😀 and more`).join("\n");
  const lines = buildOf(candidateOf("a", { message })).message?.split("\n");
  expect(lines).toHaveLength(41);
  expect(lines?.slice(39)).toEqual([`${"x".repeat(199)}…`, "… (860 more)"]);
});

test("history and changed paths are not shown, and what is absent stays absent", () => {
  const { message: _, ...candidate } = candidateOf("a", { history: [commitOf("9")] });
  expect(buildOf(candidate)).toEqual({
    image: candidate.image,
    commit: commitOf("a"),
    ref: "main",
    author: "Chloë",
    sequence: 10,
  });
});

test("over 500 changed paths, and fewer that are long, tell nothing: everything is checked", () => {
  const changed = (count: number, length = 10) =>
    usefulPaths(
      candidateOf("a", { changedPaths: { since: commitOf("9"), paths: Array(count).fill("p".repeat(length)) } }),
    );
  expect(changed(500)?.paths).toHaveLength(500);
  expect(changed(501)).toBeUndefined();
  expect(changed(120, 100)?.paths).toHaveLength(120);
  expect(changed(121, 100)).toBeUndefined();
  expect(usefulPaths(candidateOf("a"))).toBeUndefined();
});
