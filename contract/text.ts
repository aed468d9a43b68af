/** Text of strangers (a commit's author, an operator's reason) for a line of a mail, a page or a record. */

// Line breaks, control, direction-changing, zero-width, filling and tag characters can hide or forge what follows. The two variation
// selectors that stay only say how an emoji is drawn.
const unsafe = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{NChar}\p{DI}]--[\uFE0E\uFE0F]]+/gv;
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The first `most` UTF-16 units, less where that would cut a character that readers see as one. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (const { index, segment } of characters.segment(text.slice(0, most + 32))) {
    if (index + segment.length > most - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}

/** One line: what can't be seen becomes a space, and at most `most` characters stay. */
export const lineOf = (text: string, most = 200): string => cut(text.replace(unsafe, " ").trim(), most);

/** Several lines, such as a commit message, each made safe as by {@link lineOf}: at most `most`, and one that says how many more there are. */
export function linesOf(text: string, most = 60): string[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
  const more = lines.length > most ? [`… (${lines.length - most} more)`] : [];
  return [...lines.slice(0, most).map((line) => lineOf(line)), ...more];
}

/** What people call a commit, and what an approver types. */
export const short = (commit: string): string => commit.slice(0, 7);

/** `26 Nov 2026, 10:15 UTC`: mails and a page without scripts can't know the reader's time zone. */
export const moment = (at: string | number): string => `${utc.format(new Date(at))} UTC`;

const utc = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
