import * as v from "valibot";
import { expect, test } from "vitest";
import { problems } from "../../contract/problems.ts";
import { text, whole } from "../../contract/rules.ts";

const schema = v.object({
  colour: v.picklist(["red", "green"], "red or green"),
  limits: v.object({ count: whole(1, 9) }),
  names: v.exactOptional(v.nullable(v.array(v.object({ first: text(/^\w+$/, "a word") })))),
});
const problemsOf = (given: unknown) => problems(schema, given, v.safeParse(schema, given).issues ?? [], "the whole");

test("a value is named with where it stands, its rule and what it is", () => {
  expect(problemsOf({ colour: "blue", limits: { count: 10 }, names: [{ first: "a b" }] })).toEqual([
    'colour must be red or green, not "blue"',
    "limits.count must be 1 to 9, not 10",
    'names[0].first must be a word, not "a b"',
  ]);
  expect(problemsOf("red")).toEqual(['the whole must be a map of colour, limits, names, not "red"']);
});

test("what is missing is told with its rule", () => {
  expect(problemsOf({ colour: "red" })).toEqual(["limits is missing: it must be a map of count"]);
  expect(problemsOf({ colour: "red", limits: {} })).toEqual(["limits.count is missing: it must be 1 to 9"]);
});

test("an unknown key is refused, deep down too, with the near match", () => {
  const given = { color: "red", colour: "red", limits: { count: 1, COUNTS: 1 }, names: [{ first: "a", last: "b" }] };
  expect(problemsOf(given)).toEqual([
    "color is not known: did you mean colour?",
    "limits.COUNTS is not known: did you mean count?",
    "names[0].last is not known: the keys are first",
  ]);
});

test("neither a key nor a value can pass for another line, hide or flood", () => {
  const given = {
    "x\nevil is fine": 1,
    ["k".repeat(500)]: 1,
    colour: "\u202e\u200b\u2028evil",
    limits: { count: "n".repeat(500) },
  };
  const found = problemsOf(given);
  expect(found[0]).toBe('"x\\nevil is fine" is not known: the keys are colour, limits, names');
  expect(found[1]).toMatch(/^"k{78}… is not known/);
  expect(found[2]).toBe('colour must be red or green, not " evil"');
  expect(found[3]).toMatch(/^limits\.count must be 1 to 9, not "n{78}…$/);
});
