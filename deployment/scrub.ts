import { lineOf } from "../contract/text.ts";

/** What a line that a stranger's application wrote must not show, and what stands in its place. */
const credentials: [RegExp, string][] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, "$1 [hidden]"],
  // A JSON Web Token, or a part of one.
  [/\beyJ[\w-]{8,}[\w.-]*/g, "[hidden]"],
  // A user's name and password in a URL.
  [/:\/\/[^\s/@]+@/g, "://[hidden]@"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, "[hidden]"],
  // Colours of a terminal.
  [/\p{Cc}\[[\d;]*m/gu, ""],
  [
    /([\w-]*(?:password|passwd|pwd|secret|token|credential|api[-_]?key|access[-_]?key|authorization|cookie)[\w-]*\\?["']?\s*[=:]\s*)(\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}]+)/gi,
    "$1[hidden]",
  ],
];

/** More of a line is not looked at: it may have hundreds of thousands of characters. */
const longest = 2_000;

/** One safe line of at most 200 characters, without what looks like a credential. */
export const scrubLine = (line: string): string =>
  lineOf(
    credentials.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line.slice(0, longest)),
  );
