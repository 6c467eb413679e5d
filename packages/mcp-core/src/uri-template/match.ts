import { elementsOf, get, literalText, type Element, type Reading, type UriMatch } from "./elements.js";
import { OPERATORS, type Part } from "./parse.js";
import { plainMatcher } from "./plain.js";
import type { Row, Subject } from "./subject.js";

/** @returns what reads the variables of a template out of a URI, in time linear in its length */
export function matcher(parts: readonly Part[]): (subject: Subject) => UriMatch | undefined {
  const mayMatch = literalsCheck(parts);
  const match = plainMatcher(parts) ?? generalMatcher(parts);
  return (subject) => (mayMatch(subject.text) ? match(subject) : undefined);
}

/** @returns what sees whether all that a template always writes is there, in order: most URIs fail at that */
function literalsCheck(parts: readonly Part[]): (text: string) => boolean {
  const [head, last] = [parts[0], parts.at(-1)];
  const prefix = typeof head === "string" ? literalText(head) : "";
  const tail = typeof last === "string" ? literalText(last) : "";
  const others = parts.slice(prefix === "" ? 0 : 1).flatMap(alwaysWritten);
  return (text) => {
    if (!text.startsWith(prefix) || !text.endsWith(tail)) return false;
    let at = prefix.length;
    return others.every((written) => {
      const found = text.indexOf(written, at);
      at = found + written.length;
      return found >= 0;
    });
  };
}

function alwaysWritten(part: Part): readonly string[] {
  if (typeof part === "string") return [literalText(part)];
  const { lead, separator } = OPERATORS[part.operator];
  const leads = part.variables.map(({ list, optional }, index) =>
    list || optional ? "" : index === 0 ? lead : separator,
  );
  return leads.filter((written) => written !== "");
}

function generalMatcher(parts: readonly Part[]): (subject: Subject) => UriMatch | undefined {
  const elements = parts.flatMap(elementsOf);
  // `{+path}{?q}`: a reserved value leaves the query to the query, unless nothing else matches.
  const claimed = parts.map((part) => (typeof part === "string" ? "" : part.operator)).join("");
  const stops = claimed.replace(/[+./]/g, "");
  const readings = (stops === "" ? [""] : [stops, ""]).flatMap((ends) =>
    [true, false].map((strict) => ({ strict, stops: ends })),
  );
  const [first, ...others] = readings;
  const between = others.slice(0, -1);
  const last: Reading = { strict: false, stops: "" };
  return (subject) => {
    const best = first && solve(elements, subject, first);
    if (best !== undefined) return best;
    // What the last reading does not read, none reads.
    const found = solve(elements, subject, last);
    if (found === undefined) return undefined;
    for (const reading of between) {
      const better = solve(elements, subject, reading);
      if (better !== undefined) return better;
    }
    return found;
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
    element.read(subject.slice(at, end), found);
    at = end;
  }
  return found;
}
