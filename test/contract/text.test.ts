import { expect, test } from "vitest";
import { cut, lineOf, linesOf, moment } from "../../contract/text.ts";

test("a text is cut between characters that readers see as one", () => {
  expect(cut("short", 5)).toBe("short");
  expect(cut("123456", 5)).toBe("1234…");
  expect(cut(`${"x".repeat(199)}😀`, 200)).toBe(`${"x".repeat(199)}…`);
  expect(cut(`${"x".repeat(198)}😀`, 200)).toBe(`${"x".repeat(198)}😀`);
  expect(cut("ab👩‍👩‍👧‍👦cd", 8)).toBe("ab…");
  expect(cut("e\u0301e\u0301e\u0301", 5)).toBe("e\u0301e\u0301…");
  expect(cut(`x${"\u0301".repeat(500)}`, 100)).toBe("…");
});

test("whatever can't be seen becomes a space", () => {
  const hidden = [
    ["a line break", "\n"],
    ["a return", "\r"],
    ["a line separator", "\u2028"],
    ["an escape", "\u001b"],
    ["right-to-left override", "\u202e"],
    ["an isolate", "\u2066"],
    ["a zero-width space", "\u200b"],
    ["a zero-width joiner", "\u200d"],
    ["a byte order mark", "\ufeff"],
    ["a soft hyphen", "\u00ad"],
    ["a tag character", "\u{e0041}"],
    ["an unassigned tag character", "\u{e0002}"],
    ["a supplementary variation selector", "\u{e0100}"],
    ["a Hangul filler", "\u3164"],
    ["half a surrogate pair", "\ud83d"],
    ["private use", "\ue000"],
  ];
  for (const [what, character] of hidden) expect([what, lineOf(`a${character}${character}b`)]).toEqual([what, "a b"]);
  expect(lineOf("größe ❤️ 日本 é")).toBe("größe ❤️ 日本 é");
  expect(lineOf("\n\u200b ")).toBe("");
});

test("of many lines the first ones stay, and how many more there are", () => {
  expect(linesOf("one\r\ntwo\u2028three\rfour\n")).toEqual(["one", "two", "three", "four", ""]);
  expect(linesOf("1\n2\n3", 2)).toEqual(["1", "2", "… (1 more)"]);
  expect(linesOf(`${"x".repeat(300)}\n\u202eevil`)).toEqual([`${"x".repeat(199)}…`, "evil"]);
});

test("a time is told in UTC", () => {
  expect(moment("2026-11-26T10:15:00Z")).toBe("26 Nov 2026, 10:15 UTC");
});
