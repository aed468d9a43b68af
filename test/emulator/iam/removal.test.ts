import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Access } from "../../../emulator/iam/access.ts";
import { evaluate } from "../../../emulator/iam/evaluate.ts";
import { graphs } from "../../support/rehearse.ts";
import { objection } from "./support/aws.ts";
import { changed, type Grant, grantsOf, without } from "./support/grants.ts";
import { isOutOfReach } from "./support/outOfReach.ts";
import { type Story, stories, told } from "./support/stories.ts";

// A team's own tags make each release ask for ecs:TagResource.
const both = (await graphs()).map((graph) =>
  changed(graph, ({ type }) => (type === "aws:ecs/taskDefinition:TaskDefinition" ? { tags: { team: "shop" } } : {})),
);
const grants = grantsOf(both);

/** What each story needs, in that order. */
const needed = new Map<Story, Access[]>();
beforeAll(async () => {
  // The functions say in their log what they were refused.
  const silent = vi.spyOn(console, "error").mockImplementation(() => {});
  for (const story of stories) {
    const accesses: Access[] = [];
    await told(story, both, (access) => accesses.push(access));
    needed.set(story, accesses);
  }
  return () => silent.mockRestore();
}, 60_000);

describe("one action less in one statement of one role, and a story fails with its name", () => {
  const reachable = grants.filter((grant) => !isOutOfReach(grant));
  test.each(reachable)("$stack $role: $action (statement $statement)", async (grant) => {
    const { stack, role, action } = grant;
    const story = soonest(grant);
    if (!story) throw new Error(`No story needs ${action} of ${stack}'s ${role}: drop it, or tell a story that does.`);
    const refused = new RegExp(`-${stack}-${role}/\\S+ is not authorized to perform: ${action} on`, "i");
    await expect(told(story, without(both, grant))).rejects.toThrow(refused);
  });
});

test("no story reaches what is listed as out of reach", () => {
  const listed = grants.filter(isOutOfReach);
  expect(listed.filter((grant) => soonest(grant))).toEqual([]);
});

test("whatever the embedded cloud asks a role for is an action of AWS's, on a resource that it takes", async () => {
  const all = [...needed.values()].flat();
  const distinct = new Map(all.map(({ need }) => [`${need.action} ${need.resource}`, need]));
  const objections = [...distinct.values()].map(({ action, resource }) => objection(action, resource));
  expect((await Promise.all(objections)).filter((one) => one !== undefined)).toEqual([]);
});

/** The story that needs it after the fewest other permissions. */
function soonest(grant: Grant): Story | undefined {
  const uses = [...needed].flatMap(([story, accesses]) => {
    const at = accesses.findIndex(
      ({ caller, need }) => caller === grant.roleArn && evaluate(grant.alone, need) === "allowed",
    );
    return at < 0 ? [] : [{ story, at }];
  });
  return uses.toSorted((one, other) => one.at - other.at)[0]?.story;
}
