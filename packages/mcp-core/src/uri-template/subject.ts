/** The longest URI that a template matches, in characters. */
export const MAX_URI_LENGTH = 2_048;

/** For each position: where something ends that begins there, at the furthest; -1 where it cannot. */
export type Row = Int16Array;

/** What a URI consists of, but for `%`; most hold nothing else. */
const PLAIN = /^[!#$&-;=?-[\]_a-z~]*$/;
/** Characters that no URI contains would otherwise need a place in each class. */
const FORBIDDEN = /[\0-\x20"<>\\^`{|}\x7f]/;

const PERCENT = 0x25;

/** Non-ASCII characters encoded, and hexadecimal digits in upper case. Throws where a character cannot be encoded. */
export const normalize = (text: string): string =>
  text.replace(/[^\0-\x7f]+/g, encodeURIComponent).replace(/%../g, (octet) => octet.toUpperCase());

/** A URI made ready to be matched, once for several templates. */
export class Subject {
  /** Normalized. */
  readonly text: string;
  readonly #runs = new Map<string, Row>();
  #units: { readonly codes: Int32Array; readonly starts: Row } | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Its characters, however many bytes each is encoded in. What was encoded differs from what was not. */
  get units(): Int32Array {
    return this.#read().codes;
  }

  /** @param from, to positions of units */
  slice(from: number, to: number): string {
    const { starts } = this.#read();
    return this.text.slice(starts[from], starts[to]);
  }

  /** For each position: where the first character is that is one of these. */
  runs(ending: string): Row {
    const known = this.#runs.get(ending);
    if (known !== undefined) return known;
    const isEnd = charactersOf(ending);
    const { units } = this;
    const to = new Int16Array(units.length + 1);
    let end = units.length;
    for (let at = end; at >= 0; at -= 1) {
      if (holds(isEnd, units[at])) end = at;
      to[at] = end;
    }
    this.#runs.set(ending, to);
    return to;
  }

  #read(): { readonly codes: Int32Array; readonly starts: Row } {
    return (this.#units ??= toUnits(this.text));
  }
}

/** @returns undefined for what no template matches: too long, or not validly encoded */
export function toSubject(uri: string): Subject | undefined {
  if (uri.length > MAX_URI_LENGTH) return undefined;
  if (PLAIN.test(uri)) return new Subject(uri);
  if (FORBIDDEN.test(uri)) return undefined;
  try {
    const text = normalize(uri);
    decodeURIComponent(text);
    return new Subject(text);
  } catch {
    return undefined;
  }
}

/** A set of ASCII characters. */
export function charactersOf(characters: string): Uint8Array {
  const set = new Uint8Array(0x80);
  for (let at = 0; at < characters.length; at += 1) set[characters.charCodeAt(at)] = 1;
  return set;
}

export function holds(set: Uint8Array, unit: number | undefined): boolean {
  return unit !== undefined && unit >= 0 && unit < 0x80 && set[unit] === 1;
}

/**
 * @param text normalized
 * @returns a number for each character, and where it begins: its code, or its octets behind a 1 if they are encoded
 */
export function toUnits(text: string): { codes: Int32Array; starts: Row } {
  const codes = new Int32Array(text.length);
  const starts = new Int16Array(text.length + 1);
  let count = 0;
  let at = 0;
  while (at < text.length) {
    starts[count] = at;
    let code = text.charCodeAt(at);
    if (code === PERCENT) {
      code = 0x100 | octetAt(text, at);
      at += 3;
      for (let more = octetAt(text, at); (more & 0xc0) === 0x80; more = octetAt(text, at)) {
        code = (code << 8) | more;
        at += 3;
      }
    } else at += 1;
    codes[count++] = code;
  }
  starts[count] = at;
  return { codes: codes.subarray(0, count), starts: starts.subarray(0, count + 1) };
}

/** The octet that is encoded here; 0 where none is. */
function octetAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== PERCENT) return 0;
  return (digit(text.charCodeAt(at + 1)) << 4) | digit(text.charCodeAt(at + 2));
}

/** Of "0" to "9" and "A" to "F". */
function digit(code: number): number {
  return (code & 0xf) + (code > 0x40 ? 9 : 0);
}
