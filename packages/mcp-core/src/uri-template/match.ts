import { encodeLiteral } from "./expand.js";
import { OPERATORS, type Expression, type Part, type Variable } from "./parse.js";

/** What a URI said of each variable. Without a prototype. */
export type UriMatch = Record<string, string | string[]>;

const MAX_URI_LENGTH = 8_192;

/** What no value holds as it is, when it was written by expansion. */
const RESERVED = ":/?#[]@!$&'()*+,;=";
/** What no value holds as it is, whoever wrote it; nothing in those of `+` and `#`. */
const DELIMITERS = "/?#[]&,;";
const QUERY_DELIMITERS = "#&";

/** A URI in units: a character of its text each, however many bytes it is encoded in. */
interface Subject {
  readonly units: readonly string[];
  readonly text: (from: number, to: number) => string;
}

/** For each position: where an element ends that begins there, at the furthest; -1 where it cannot. */
type Row = Int16Array;

/** How to read what can be read in several ways. */
interface Reading {
  /** Values hold only what expansion would not have encoded. */
  readonly strict: boolean;
  /** What ends a reserved value. */
  readonly stops: string;
}

interface Element {
  /** @param next the row of what follows */
  ends(subject: Subject, next: Row, reading: Reading): Row;
  read(text: string, into: UriMatch): void;
}

const get = (row: Row, at: number): number => row[at] ?? -1;

const toUnits = (text: string): string[] => text.match(/%..(?:%[89AB].)*|./gs) ?? [];

/** Non-ASCII characters encoded, and hexadecimal digits in upper case. Throws where a character cannot be encoded. */
const normalize = (text: string): string =>
  text.replace(/[^\0-\x7f]+/g, encodeURIComponent).replace(/%../g, (octet) => octet.toUpperCase());

/** For each position: the last one, up to it, that counts. */
function latest(row: Row, counts: (at: number) => boolean): Row {
  let last = -1;
  return row.map((_, at) => (counts(at) ? (last = at) : last));
}

/** For each position: where the first character is that no value may hold. */
function runs({ units }: Subject, ending: string): Row {
  const to = new Int16Array(units.length + 1);
  let end = units.length;
  for (let at = end; at >= 0; at -= 1) to[at] = ending.includes(units[at] ?? "") ? (end = at) : end;
  return to;
}

function literal(text: string): Element {
  const units = toUnits(text);
  return {
    ends: (subject, next) =>
      next.map((_, at) => {
        const end = at + units.length;
        return get(next, end) >= 0 && units.every((unit, i) => unit === subject.units[at + i]) ? end : -1;
      }),
    read: () => undefined,
  };
}

/** A value without a name, or all values of a list, which are told apart only when they are read. */
function value({ operator, variables }: Expression, index: number, variable: Variable): Element {
  const { name, list, max } = variable;
  const { lead: first, separator } = OPERATORS[operator];
  const lead = index === 0 ? first : separator;
  // An empty list leaves out its lead. At the head of others it would take along the separator that follows.
  const omissible = list && (index > 0 || variables.length === 1 || first === separator);
  const min = lead.length + (list && (lead !== "" || !omissible) ? 0 : 1);
  return {
    ends(subject, next, { strict, stops }) {
      const ending = /[+#]/.test(operator) ? stops : strict ? RESERVED : DELIMITERS;
      const to = runs(subject, list ? ending.replace(separator, "") : ending);
      const last = latest(next, (at) => get(next, at) >= 0);
      return next.map((_, at) => {
        const from = at + lead.length;
        const end = get(last, Math.min(get(to, from), from + max));
        if (end >= at + min && (lead === "" || subject.units[at] === lead)) return end;
        return omissible && get(next, at) >= 0 ? at : -1;
      });
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

  /** By where a pair begins: where its name ends, and where the first pair is that cannot follow it. */
  function find({ units, text }: Subject, to: Row) {
    const found = new Map<number, { named: number; stop: number }>();
    const later = new Map<string, number>();
    let named = units.length;
    for (let at = named - 1; at >= 0; at -= 1) {
      const unit = units[at] ?? "";
      if (/^[\w.]/.test(unit)) continue;
      const variable = unit === lead || unit === separator ? known.get(text(at + 1, named)) : undefined;
      if (variable) {
        const { name, list, max } = variable;
        let stop = units[named] === "=" ? Math.min(get(to, named + 1), named + 1 + max) : named;
        if (units[stop] === separator) stop = found.get(stop)?.stop ?? stop;
        if (!list) stop = Math.min(stop, later.get(name) ?? stop);
        found.set(at, { named, stop });
        if (unit === separator) later.set(name, at);
      }
      named = at;
    }
    return found;
  }

  return {
    ends(subject, next, { strict }) {
      const { units } = subject;
      const ending = strict ? RESERVED : operator === ";" ? DELIMITERS : QUERY_DELIMITERS;
      const to = runs(subject, ending);
      const found = find(subject, to);
      const names = new Set(Array.from(found.values(), ({ named }) => named));
      let inValue = false;
      const last = latest(next, (at) => {
        const ended = names.has(at);
        const counts = (inValue || ended) && get(next, at) >= 0;
        inValue = (ended && units[at] === "=") || (inValue && get(to, at) > at);
        return counts;
      });
      return next.map((end, at) => {
        const pair = units[at] === lead ? found.get(at) : undefined;
        const furthest = pair ? get(last, pair.stop) : -1;
        return pair && furthest >= pair.named ? furthest : end < 0 ? -1 : at;
      });
    },
    read(text, into) {
      for (const pair of text === "" ? [] : text.slice(1).split(separator)) {
        const [name = "", body = ""] = pair.split(/=(.*)/s);
        const decoded = decodeURIComponent(body);
        const before = into[name];
        if (Array.isArray(before)) before.push(decoded);
        else into[name] = known.get(name)?.list ? [decoded] : decoded;
      }
    },
  };
}

function solve(elements: readonly Element[], subject: Subject, reading: Reading): UriMatch | undefined {
  const { length } = subject.units;
  let next: Row = new Int16Array(length + 1).fill(-1).fill(length, length);
  const rows = elements.toReversed().map((element) => (next = element.ends(subject, next, reading)));
  if (get(next, 0) < 0) return undefined;
  // Without a prototype a variable may have any name; the platform's types know no such object.
  const found = Object.create(null) as UriMatch;
  let at = 0;
  for (const element of elements) {
    const end = get(rows.pop() ?? next, at);
    element.read(subject.text(at, end), found);
    at = end;
  }
  return found;
}

function toSubject(uri: string): Subject {
  const units = toUnits(uri);
  let start = 0;
  const starts = units.map((unit) => (start += unit.length) - unit.length);
  return { units, text: (from, to) => uri.slice(starts[from] ?? start, starts[to] ?? start) };
}

/** @returns what reads the variables of a template out of a URI, in time linear in its length */
export function matcher(parts: readonly Part[]): (uri: string) => UriMatch | undefined {
  const [head] = parts;
  const prefix = typeof head === "string" ? normalize(encodeLiteral(head)) : "";
  const elements = parts.flatMap((part) => {
    if (typeof part === "string") return literal(normalize(encodeLiteral(part)));
    if (/[;?&]/.test(part.operator)) return pairs(part);
    return part.variables.map((variable, index) => value(part, index, variable));
  });
  // `{+path}{?q}`: a reserved value leaves the query to the query, unless nothing else matches.
  const claimed = parts.map((part) => (typeof part === "string" ? "" : part.operator)).join("");
  const stops = claimed.replace(/[+./]/g, "");
  const readings = (stops === "" ? [""] : [stops, ""]).flatMap((ends) =>
    [true, false].map((strict) => ({ strict, stops: ends })),
  );
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
    for (const reading of readings) {
      const found = solve(elements, subject, reading);
      if (found) return found;
    }
    return undefined;
  };
}
