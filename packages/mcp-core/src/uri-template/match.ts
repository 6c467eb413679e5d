import { encodeLiteral } from "./expand.js";
import { OPERATORS, type Expression, type Operator, type Part, type Variable } from "./parse.js";

/** What a URI said of each variable. Without a prototype. */
export type UriMatch = Record<string, string | string[]>;

const MAX_URI_LENGTH = 8_192;

/** Which characters end a value: those that expansion would have encoded, and those that cannot be left as they are. */
const RESERVED = ":/?#[]@!$&'()*+,;=";
const DELIMITERS = "/?#[]&,;";
const ENDS_LENIENT: Readonly<Record<Operator, string>> = {
  "": DELIMITERS,
  "+": "",
  "#": "",
  ".": DELIMITERS,
  "/": DELIMITERS,
  ";": DELIMITERS,
  "?": "#&",
  "&": "#&",
};

/** A URI in units: a character of its text each, however many bytes it is encoded in. */
interface Subject {
  readonly units: readonly string[];
  readonly text: (from: number, to: number) => string;
}

/** For each position: where an element ends that begins there, at the furthest; -1 where it cannot. */
type Row = Int16Array;

interface Element {
  /** @param next the row of what follows @param strict only characters as expansion writes them */
  ends(subject: Subject, next: Row, strict: boolean): Row;
  read(text: string, into: UriMatch): void;
}

const row = (length: number): Row => new Int16Array(length).fill(-1);

const toUnits = (text: string): string[] => text.match(/%..(?:%[89AB].)*|./gs) ?? [];

/** Non-ASCII characters encoded, and hexadecimal digits in upper case. Throws where a character cannot be encoded. */
const normalize = (text: string): string =>
  text.replace(/[^\0-\x7f]+/g, encodeURIComponent).replace(/%../g, (octet) => octet.toUpperCase());

function literal(text: string): Element {
  const units = toUnits(text);
  return {
    ends(subject, next) {
      const ends = row(next.length);
      for (let at = next.length - 1 - units.length; at >= 0; at -= 1) {
        const to = at + units.length;
        if ((next[to] ?? -1) >= 0 && units.every((unit, i) => unit === subject.units[at + i])) ends[at] = to;
      }
      return ends;
    },
    read: () => undefined,
  };
}

/** For each position: the last one, up to it, that counts. */
function latest(length: number, counts: (at: number) => boolean): Row {
  const last = row(length);
  for (let at = 0; at < length; at += 1) last[at] = counts(at) ? at : (last[at - 1] ?? -1);
  return last;
}

/** For each position: where the characters end that a value may hold. */
function runs({ units }: Subject, ending: string): Row {
  const to = row(units.length + 1);
  to[units.length] = units.length;
  for (let at = units.length - 1; at >= 0; at -= 1) {
    to[at] = ending.includes(units[at] ?? "") ? at : (to[at + 1] ?? at);
  }
  return to;
}

/** A value without a name, or all values of a list, which are told apart only when they are read. */
function value(
  { name, list, max }: Variable,
  {
    lead,
    separator,
    omissible,
    min,
    ending,
  }: {
    lead: string;
    separator: string;
    /** Whether nothing at all, not even the lead, stands for an empty list. */
    omissible: boolean;
    min: number;
    ending: (strict: boolean) => string;
  },
): Element {
  return {
    ends(subject, next, strict) {
      const ends = row(next.length);
      const to = runs(subject, ending(strict).replace(list ? separator : "", ""));
      const last = latest(next.length, (at) => (next[at] ?? -1) >= 0);
      for (let at = 0; at < next.length; at += 1) {
        const from = at + lead.length;
        const end = last[Math.min(to[from] ?? -1, from + max)] ?? -1;
        if (end >= from + min && (lead === "" || subject.units[at] === lead)) ends[at] = end;
        else if (omissible && last[at] === at) ends[at] = at;
      }
      return ends;
    },
    read(text, into) {
      const body = text.slice(lead.length);
      if (!list) into[name] = decodeURIComponent(body);
      else into[name] = omissible && text === "" ? [] : body.split(separator).map(decodeURIComponent);
    },
  };
}

/** Pairs of a name and a value, in any order: the whole of an expression of `?`, `&` or `;`. */
function pairs({ operator, variables }: Expression): Element {
  const { lead, separator } = OPERATORS[operator];
  const known = new Map(variables.map((variable) => [variable.name, variable]));
  return {
    ends(subject, next, strict) {
      const { units } = subject;
      const to = runs(subject, strict ? RESERVED : ENDS_LENIENT[operator]);
      const named = row(next.length);
      /** How far pairs go on from here until one is unknown or there for the second time. */
      const stops = row(next.length);
      const nameEnds = new Set<number>();
      const seen = new Map<string, number>();
      let nameEnd = units.length;
      for (let at = units.length - 1; at >= 0; at -= 1) {
        const unit = units[at] ?? "";
        if (/^[\w.]$/.test(unit)) continue;
        const end = nameEnd;
        nameEnd = at;
        if (unit !== lead && unit !== separator) continue;
        const variable = known.get(subject.text(at + 1, end));
        if (variable === undefined) continue;
        const { name, list, max } = variable;
        named[at] = end;
        nameEnds.add(end);
        let stop = units[end] === "=" ? Math.min(to[end + 1] ?? end, end + 1 + max) : end;
        if (units[stop] === separator) stop = Math.max(stop, stops[stop] ?? -1);
        stops[at] = list ? stop : Math.min(stop, seen.get(name) ?? stop);
        if (unit === separator) seen.set(name, at);
      }
      let inValue = false;
      const last = latest(next.length, (at) => {
        const counts = (inValue || nameEnds.has(at)) && (next[at] ?? -1) >= 0;
        inValue = (nameEnds.has(at) && units[at] === "=") || (inValue && (to[at] ?? -1) > at);
        return counts;
      });
      return named.map((end, at) => {
        const furthest = end >= 0 && units[at] === lead ? (last[stops[at] ?? -1] ?? -1) : -1;
        if (furthest >= 0 && furthest >= end) return furthest;
        return (next[at] ?? -1) >= 0 ? at : -1;
      });
    },
    read(text, into) {
      if (text === "") return;
      for (const pair of text.slice(1).split(separator)) {
        const [name = "", ...rest] = pair.split("=");
        const decoded = decodeURIComponent(rest.join("="));
        const before = into[name];
        if (Array.isArray(before)) before.push(decoded);
        else into[name] = known.get(name)?.list === true ? [decoded] : decoded;
      }
    },
  };
}

function compile(parts: readonly Part[]): Element[] {
  // `{+path}{?q}`: a reserved value leaves the query to the query, unless nothing else matches.
  const claimed = parts.map((part) => (typeof part === "string" ? "" : part.operator)).join("");
  const stops = ["?", "#", ";", "&"].filter((operator) => claimed.includes(operator)).join("");
  return parts.flatMap((part) => {
    if (typeof part === "string") return literal(normalize(encodeLiteral(part)));
    const { operator, variables } = part;
    if (/[;?&]/.test(operator)) return pairs(part);
    const { lead, separator } = OPERATORS[operator];
    const reserved = operator === "+" || operator === "#";
    return variables.flatMap((variable, index) => {
      const before = index === 0 ? lead : separator;
      // Without values a list at the head would take along the separator that follows it.
      const omissible = variable.list && (index > 0 || variables.length === 1 || lead === separator);
      const min = variable.list && (before !== "" || !omissible) ? 0 : 1;
      const ending = (strict: boolean): string =>
        strict ? (reserved ? stops : RESERVED) : ENDS_LENIENT[operator];
      return value(variable, { lead: before, separator, omissible, min, ending });
    });
  });
}

function solve(elements: readonly Element[], subject: Subject, strict: boolean): UriMatch | undefined {
  const size = subject.units.length;
  let next = row(size + 1);
  next[size] = size;
  const rows = elements.map(() => next);
  for (let i = elements.length - 1; i >= 0; i -= 1) {
    next = elements[i]?.ends(subject, next, strict) ?? next;
    rows[i] = next;
  }
  if ((next[0] ?? -1) < 0) return undefined;
  // Without a prototype a variable may have any name; the platform's types know no such object.
  const found = Object.create(null) as UriMatch;
  let at = 0;
  elements.forEach((element, i) => {
    const end = rows[i]?.[at] ?? at;
    element.read(subject.text(at, end), found);
    at = end;
  });
  return found;
}

function toSubject(uri: string): Subject | undefined {
  const units = toUnits(uri);
  const starts = [0];
  for (const unit of units) starts.push((starts.at(-1) ?? 0) + unit.length);
  return { units, text: (from, to) => uri.slice(starts[from], starts[to]) };
}

/** @returns what reads the variables of a template out of a URI, in time linear in its length */
export function matcher(parts: readonly Part[]): (uri: string) => UriMatch | undefined {
  const elements = compile(parts);
  const [head] = parts;
  const prefix = typeof head === "string" ? normalize(encodeLiteral(head)) : "";
  return (uri) => {
    // Characters that no URI contains would otherwise need a place in each class.
    if (uri.length > MAX_URI_LENGTH || /[\0-\x20"<>\\^`{|}\x7f]/.test(uri)) return undefined;
    let text: string;
    try {
      text = normalize(uri);
      if (!text.startsWith(prefix)) return undefined;
      decodeURIComponent(text);
    } catch {
      return undefined;
    }
    const subject = toSubject(text);
    return subject && (solve(elements, subject, true) ?? solve(elements, subject, false));
  };
}
