/** One way to authenticate that a server offers (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case, as `bearer`. */
  readonly scheme: string;
  /** What some schemes have in place of parameters. */
  readonly token68?: string;
  /** Names in lower case; of those that come twice, the first. Has no prototype. */
  readonly params: Readonly<Record<string, string>>;
}

/** More than any server has to say, in characters. */
const MAX_LENGTH = 16_384;
const MAX_CHALLENGES = 32;
const MAX_PARAMS = 64;

// Each begins where the last one has ended, and takes a character in one way only, so time is linear.
const SEPARATORS = /[\t ]*(?:,[\t ]*)*/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const EQUALS = /[\t ]*=[\t ]*/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
const SPACES = /[\t ]+/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[\t ]*(?:,|$))/y;
/** Up to the next comma that is not quoted. */
const ELEMENT = /(?:[^",]|"(?:[^"\\]|\\[^])*")*/y;

/** Reads a `WWW-Authenticate` header, several of them being joined by commas. What makes no sense is skipped. */
export function parseChallenges(header: string | null): Challenge[] {
  return header === null ? [] : new Parser(header.slice(0, MAX_LENGTH)).challenges();
}

interface Draft {
  readonly scheme: string;
  token68?: string;
  readonly params: Record<string, string>;
}

class Parser {
  readonly #text: string;
  readonly #found: Draft[] = [];
  #at = 0;
  #params = 0;

  constructor(text: string) {
    this.#text = text;
  }

  challenges(): Challenge[] {
    let first = true;
    for (;;) {
      const between = this.#take(SEPARATORS) ?? "";
      if (this.#at >= this.#text.length) return this.#found;
      const goesOn = this.#element(first || between.includes(","));
      if (!goesOn) return this.#found;
      first = false;
    }
  }

  /** Reads a scheme, or a parameter. Only at the beginning of an element can there be a scheme. */
  #element(atBeginning: boolean): boolean {
    const name = this.#take(TOKEN)?.toLowerCase();
    if (name === undefined) return this.#skip();
    const afterName = this.#at;
    if (this.#take(EQUALS) !== undefined) {
      const value = this.#value();
      return value === undefined ? this.#skip() : this.#param(name, value);
    }
    this.#at = afterName;
    return atBeginning ? this.#scheme(name) : this.#skip();
  }

  #scheme(scheme: string): boolean {
    if (this.#found.length >= MAX_CHALLENGES) return false;
    // Parameters may have any name.
    const params = Object.create(null) as Record<string, string>;
    const draft: Draft = { scheme, params };
    this.#found.push(draft);
    this.#params = 0;
    const token68 = this.#take(SPACES) === undefined ? undefined : this.#take(TOKEN68);
    if (token68 !== undefined) draft.token68 = token68;
    return true;
  }

  #param(name: string, value: string): boolean {
    const params = this.#found.at(-1)?.params;
    if (params === undefined || name in params || this.#params >= MAX_PARAMS) return true;
    params[name] = value;
    this.#params += 1;
    return true;
  }

  #value(): string | undefined {
    const quoted = this.#take(QUOTED);
    if (quoted === undefined) return this.#take(TOKEN);
    return quoted.slice(1, -1).replace(/\\([^])/g, "$1");
  }

  /** Goes to the end of the element. What is quoted without an end hides all that follows. */
  #skip(): boolean {
    this.#take(ELEMENT);
    return this.#text[this.#at] === ",";
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0];
    this.#at += taken?.length ?? 0;
    return taken;
  }
}
