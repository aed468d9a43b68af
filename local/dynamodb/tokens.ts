import { invalid } from "./value.ts";

const TOKEN = /\s*(<>|<=|>=|[=<>()+\-,.[\]]|[:#]\w+|\d+|[A-Za-z_]\w*)/y;

/** An expression cut into its words and signs, to be read once from left to right. */
export class Tokens {
  readonly kind: string;
  readonly #tokens: string[] = [];
  #at = 0;

  /** `kind` is the parameter's name, such as ConditionExpression: DynamoDB's messages begin with it. */
  constructor(kind: string, text: string) {
    this.kind = kind;
    if (text.trim() === "") throw invalid(`Invalid ${kind}: The expression can not be empty;`);
    TOKEN.lastIndex = 0;
    for (let end = 0; text.slice(end).trim() !== ""; end = TOKEN.lastIndex) {
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw this.#error(text.slice(end).trim().slice(0, 1), text.slice(end).trim());
      this.#tokens.push(token);
    }
  }

  /** The next token, or "" at the end. */
  get next(): string {
    return this.#tokens[this.#at] ?? "";
  }

  /** The one after the next. */
  get following(): string {
    return this.#tokens[this.#at + 1] ?? "";
  }

  take(): string {
    const token = this.next;
    if (token === "") throw this.unexpected();
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is this one; keywords are written in any case. */
  took(token: string): boolean {
    const is = this.next.toUpperCase() === token;
    if (is) this.#at += 1;
    return is;
  }

  expect(token: string): void {
    if (!this.took(token)) throw this.unexpected();
  }

  end(): void {
    if (this.next !== "") throw this.unexpected();
  }

  unexpected(): Error {
    return this.#error(this.next || "<EOF>", this.#tokens.slice(Math.max(0, this.#at - 1), this.#at + 2).join(" "));
  }

  #error(token: string, near: string): Error {
    return invalid(`Invalid ${this.kind}: Syntax error; token: "${token}", near: "${near}"`);
  }
}
