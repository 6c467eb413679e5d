import { encodeLiteral } from "./expand.js";
import { OPERATORS, type Expression, type Operator, type Part, type Variable } from "./parse.js";
import {
  MAX_URI_LENGTH,
  charactersOf,
  holds,
  normalize,
  toUnits,
  type Row,
  type Subject,
} from "./subject.js";

/** What a URI said of each variable. Without a prototype. */
export type UriMatch = Record<string, string | string[]>;

/** What no value holds as it is, when it was written by expansion. */
const RESERVED = ":/?#[]@!$&'()*+,;=";
/** What no value holds as it is, whoever wrote it; nothing in those of `+` and `#`. */
export const DELIMITERS = "/?#[]&,;";
const QUERY_DELIMITERS = "#&";

/** What no value of a pair holds as it is, whoever wrote it. */
export const pairDelimiters = (operator: Operator): string =>
  operator === ";" ? DELIMITERS : QUERY_DELIMITERS;

const NAME = charactersOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
const EQUALS = 0x3d;

/** How to read what can be read in several ways. */
export interface Reading {
  /** Values hold only what expansion would not have encoded. */
  readonly strict: boolean;
  /** What ends a reserved value. */
  readonly stops: string;
}

/** A piece of a template: literal text, a value, or several values in any order. */
export interface Element {
  /** @param next the row of what follows */
  ends(subject: Subject, next: Row, reading: Reading): Row;
  /** @returns false if it tells a variable twice that is no list, which `ends` lets nobody do */
  read(text: string, into: UriMatch): boolean;
}

export const get = (row: Row, at: number): number => row[at] ?? -1;

/** Most hold nothing that is encoded. */
const decoded = (text: string): string => (text.includes("%") ? decodeURIComponent(text) : text);

/** What a literal looks like in a URI that is normalized. */
export const literalText = (text: string): string => normalize(encodeLiteral(text));

export function elementsOf(part: Part): Element[] {
  if (typeof part === "string") return [literal(literalText(part))];
  if (/[;?&]/.test(part.operator)) return [pairs(part)];
  return part.variables.map((variable, index) => value(part, index, variable));
}

function literal(text: string): Element {
  const written = toUnits(text).codes;
  const [first] = written;
  return {
    ends({ units }, next) {
      const row = new Int16Array(next.length).fill(-1);
      for (let at = 0; at + written.length < next.length; at += 1) {
        const end = at + written.length;
        if (units[at] !== first || get(next, end) < 0) continue;
        if (written.every((unit, index) => unit === units[at + index])) row[at] = end;
      }
      return row;
    },
    read: () => true,
  };
}

/** A value without a name, or all values of a list, which are told apart only when they are read. */
function value({ operator, variables }: Expression, index: number, variable: Variable): Element {
  const { name, list, max } = variable;
  const limit = Math.min(max, MAX_URI_LENGTH); // whole numbers are much the faster
  const { lead: first, separator } = OPERATORS[operator];
  const lead = index === 0 ? first : separator;
  const leadUnit = lead.charCodeAt(0);
  const reserved = /[+#]/.test(operator);
  // An empty list leaves out its lead. At the head of others it would take along the separator that follows.
  const omissible = list && (index > 0 || variables.length === 1 || first === separator);
  const min = lead.length + (list && (lead !== "" || !omissible) ? 0 : 1);
  return {
    ends(subject, next, { strict, stops }) {
      const ending = reserved ? stops : strict ? RESERVED : DELIMITERS;
      const to = subject.runs(list ? ending.replace(separator, "") : ending);
      const last = new Int16Array(next.length);
      const row = new Int16Array(next.length).fill(-1);
      for (let at = 0, end = -1; at < next.length; at += 1) {
        const goesOn = (next[at] ?? -1) >= 0;
        if (goesOn) end = at;
        last[at] = end;
        if (goesOn && omissible) row[at] = at;
      }
      const { units } = subject;
      for (let at = 0, from = lead.length; from < next.length; at += 1, from += 1) {
        if (lead !== "" && units[at] !== leadUnit) continue;
        const end = last[Math.min(to[from] ?? 0, from + limit)] ?? -1;
        if (end >= at + min) row[at] = end;
      }
      return row;
    },
    read(text, into) {
      const body = text.slice(lead.length);
      if (!list) into[name] = decoded(body);
      else into[name] = omissible && text === "" ? [] : body.split(separator).map(decoded);
      return true;
    },
  };
}

/** Pairs of a name and a value, in any order: the whole of an expression of `?`, `&` or `;`. */
function pairs({ operator, variables }: Expression): Element {
  const { lead, separator } = OPERATORS[operator];
  const [leadUnit, separatorUnit] = [lead.charCodeAt(0), separator.charCodeAt(0)];
  const known = new Map(variables.map((variable) => [variable.name, variable]));
  const longest = Math.max(...variables.map(({ name }) => name.length));

  /** By where a pair begins: where its name ends (0 if none begins), and where the first pair is that cannot follow. */
  function find(subject: Subject, to: Row): { named: Row; stops: Row } {
    const { units } = subject;
    const [named, stops] = [new Int16Array(units.length + 1), new Int16Array(units.length + 1)];
    const later = new Map<string, number>();
    let end = units.length;
    for (let at = end - 1; at >= 0; at -= 1) {
      const unit = units[at];
      if (holds(NAME, unit)) continue;
      const begins = (unit === leadUnit || unit === separatorUnit) && end - at <= longest + 1;
      const variable = begins ? known.get(subject.slice(at + 1, end)) : undefined;
      if (variable) {
        const { name, list, max } = variable;
        let stop = units[end] === EQUALS ? Math.min(get(to, end + 1), end + 1 + max) : end;
        if (units[stop] === separatorUnit && get(named, stop) > 0) stop = get(stops, stop);
        if (!list) stop = Math.min(stop, later.get(name) ?? stop);
        named[at] = end;
        stops[at] = stop;
        if (unit === separatorUnit) later.set(name, at);
      }
      end = at;
    }
    return { named, stops };
  }

  return {
    ends(subject, next, { strict }) {
      const { units } = subject;
      const to = subject.runs(strict ? RESERVED : pairDelimiters(operator));
      const { named, stops } = find(subject, to);
      const isNamed = new Uint8Array(next.length);
      for (const end of named) isNamed[end] = 1;
      isNamed[0] = 0;
      const last = new Int16Array(next.length);
      for (let at = 0, end = -1, inValue = false; at < next.length; at += 1) {
        const ended = isNamed[at] === 1;
        if ((inValue || ended) && get(next, at) >= 0) end = at;
        inValue = (ended && units[at] === EQUALS) || (inValue && get(to, at) > at);
        last[at] = end;
      }
      const row = new Int16Array(next.length);
      for (let at = 0; at < next.length; at += 1) {
        const name = units[at] === leadUnit ? get(named, at) : 0;
        const furthest = name > 0 ? get(last, get(stops, at)) : -1;
        if (name > 0 && furthest >= name) row[at] = furthest;
        else row[at] = get(next, at) < 0 ? -1 : at;
      }
      return row;
    },
    read(text, into) {
      for (const pair of text === "" ? [] : text.slice(1).split(separator)) {
        const [name = "", body = ""] = pair.split(/=(.*)/s);
        const before = into[name];
        if (Array.isArray(before)) before.push(decoded(body));
        else if (before !== undefined) return false;
        else into[name] = known.get(name)?.list === true ? [decoded(body)] : decoded(body);
      }
      return true;
    },
  };
}
