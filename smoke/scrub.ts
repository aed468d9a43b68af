import { lineOf } from "../contract/text.ts";

/** Collects what must never be shown, and takes it out of every text that leaves the room. */
export interface Scrubber {
  /** From now on this value, also URL- or base64-encoded or escaped in JSON, is replaced in every text. */
  hide(secret: string): void;
  /** One line without secrets and bearer tokens, at most 500 characters. */
  clean(text: string): string;
}

const credential = /\b(bearer|basic)\s+[\w.~+/=-]+|\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/gi;

export function createScrubber(): Scrubber {
  const hidden = new Set<string>();
  return {
    hide(secret) {
      if (secret === "") return;
      for (const form of [secret, encodeURIComponent(secret), inJson(secret), base64(secret)]) hidden.add(form);
    },
    clean(text) {
      let clean = text;
      // Longest first, or a secret that is part of another would leave the other's rest standing.
      for (const form of [...hidden].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, "[hidden]");
      return lineOf(clean.replace(credential, "[hidden]"), 500);
    },
  };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
