import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { playRandomStory } from "../support/randomStory.ts";

// Functions that meet an outage say so in their log.
beforeAll(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterAll(() => vi.restoreAllMocks());

test.each(["1", "7", "23", "204"])("a story that nobody wrote, seed %s, ends as it must", async (seed) => {
  const { told, problems } = await playRandomStory(seed);
  expect(problems, told.join("\n")).toEqual([]);
});
