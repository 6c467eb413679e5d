import {
  elementsOf,
  pairDelimiters,
  literalText,
  DELIMITERS,
  type Element,
  type UriMatch,
} from "./elements.js";
import { OPERATORS, type Expression, type Part, type Variable } from "./parse.js";
import type { Subject } from "./subject.js";

const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");

/**
 * Matches templates of which a URI can be read in one way only, as each value ends at a delimiter or with the
 * URI: `note://{id}`, `db://{schema}/{table}`, `file:///{+path}`, `search://all{?q}`. It takes one regular
 * expression, which has no choice anywhere.
 * @returns undefined for all other templates
 */
export function plainMatcher(
  parts: readonly Part[],
): ((subject: Subject) => UriMatch | undefined) | undefined {
  const elements: Element[] = [];
  let pattern = "^";
  let literal = "";
  let ended = false;
  for (const part of parts) {
    if (typeof part === "string") {
      literal = literalText(part);
      continue;
    }
    const { lead } = OPERATORS[part.operator];
    const delimited = elements.length === 0 || startsWithOneOf(DELIMITERS, literal + lead);
    if (ended || !delimited || part.variables.some(({ max }) => max !== Infinity)) return undefined;
    const [variable, ...others] = part.variables;
    if (variable === undefined || (others.length > 0 && !variable.optional)) return undefined;
    pattern += `${escaped(literal)}(${variable.optional ? pairsPattern(part) : valuePattern(part, variable)})`;
    ended = variable.list || variable.optional || /[+#]/.test(part.operator);
    if (variable.optional && part !== parts.at(-1)) return undefined;
    elements.push(...elementsOf(part));
    literal = "";
  }
  // A literal that could be a piece of an encoded character, or hold one, is left to those who look at them.
  if ((pattern + literal).includes("%") || startsWithOneOf("0123456789ABCDEF", literal)) return undefined;
  const [tail, expression] = [literal, new RegExp(`${pattern}$`)];
  return ({ text }) => {
    if (!text.endsWith(tail)) return undefined;
    const values = expression.exec(tail === "" ? text : text.slice(0, -tail.length));
    // Without a prototype a variable may have any name; the platform's types know no such object.
    const found = Object.create(null) as UriMatch;
    const isRead = values && elements.every((element, index) => element.read(values[index + 1] ?? "", found));
    return isRead === true ? found : undefined;
  };
}

function valuePattern({ operator }: Expression, { list }: Variable): string {
  const { lead, separator } = OPERATORS[operator];
  const ending = /[+#]/.test(operator) ? "" : DELIMITERS;
  const held = none(list ? ending.replace(separator, "") : ending);
  if (!list) return `${escaped(lead)}${held}+`;
  return lead === "" ? `${held}*` : `(?:${escaped(lead)}${held}*)?`;
}

function pairsPattern({ operator, variables }: Expression): string {
  const { lead, separator } = OPERATORS[operator];
  const names = variables.map(({ name }) => escaped(name)).join("|");
  const pair = `(?:${names})(?:=${none(pairDelimiters(operator))}*)?`;
  return `(?:${escaped(lead)}${pair}(?:${separator}${pair})*)?`;
}

const none = (characters: string): string => `[^${escaped(characters)}]`;

function startsWithOneOf(characters: string, text: string): boolean {
  return text !== "" && characters.includes(text.charAt(0));
}
