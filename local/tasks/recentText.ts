/** The end of a stream of text: at most `limit` characters are kept. */
export interface RecentText {
  add(chunk: string): void;
  /** What is kept; a cut beginning is marked. */
  read(): string;
}

export function recentText(limit = 65_536): RecentText {
  let kept = "";
  let cut = false;
  return {
    add(chunk) {
      cut ||= kept.length + chunk.length > limit;
      kept = (kept + chunk).slice(-limit);
    },
    read: () => (cut ? `… ${kept}` : kept),
  };
}
