/** Text from a commit, put where one line belongs. Line breaks, control and direction-changing characters can't forge what follows. */
export const line = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 200);

/** Text of several lines, such as a commit message, each made harmless as `line` does. */
export const lines = (text: string): string[] => text.split(/\r?\n/).map(line).slice(0, 60);

/** What people call a commit, and what an approver types. */
export const short = (commit: string): string => commit.slice(0, 7);

/** `26 Nov 2026, 10:15 UTC`: mails and a page without scripts can't know the reader's time zone. */
export const moment = (at: string | number): string => `${utc.format(new Date(at))} UTC`;

const utc = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
