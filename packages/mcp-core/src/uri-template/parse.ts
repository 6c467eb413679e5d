import { describe } from "../jsonrpc/guards.js";

/** A variable of a URI template. */
export interface UriVariable {
  readonly name: string;
  /** Exploded (`{x*}`): its value is a list of strings. */
  readonly list: boolean;
  /** In an expression of `?`, `&` or `;`, so that a URI may leave it out. */
  readonly optional: boolean;
}

export interface Variable extends UriVariable {
  /** The prefix modifier (`{x:3}`), in characters. */
  readonly max: number;
}

/** What stands before the first value of an expression, and what between two (RFC 6570, appendix A). */
export const OPERATORS = {
  "": { lead: "", separator: "," },
  "+": { lead: "", separator: "," },
  "#": { lead: "#", separator: "," },
  ".": { lead: ".", separator: "." },
  "/": { lead: "/", separator: "/" },
  ";": { lead: ";", separator: ";" },
  "?": { lead: "?", separator: "&" },
  "&": { lead: "&", separator: "&" },
} as const;

export type Operator = keyof typeof OPERATORS;

export interface Expression {
  readonly operator: Operator;
  readonly variables: readonly Variable[];
}

/** Literal text, or an expression. */
export type Part = string | Expression;

const MAX_LENGTH = 2_048;
const MAX_EXPRESSIONS = 32;
const MAX_VARIABLES = 64;

const VARIABLE = /^(\w+(?:\.\w+)*)(?:(\*)|:([1-9]\d{0,3}))?$/;

/** Half of a surrogate pair, which no URI can carry. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

function parseExpression(body: string, refuse: (problem: string) => never): Expression {
  const [, operator = "", list = ""] = /^([+#./;?&]?)(.*)$/s.exec(body) ?? [];
  if (list === "") refuse(`"{${body}}" names no variable`);
  if (/^[=,!@|]/.test(list)) refuse(`the operator "${list.charAt(0)}" of "{${body}}" is reserved`);
  const variables = list.split(",").map((spec) => {
    const [, name, star, max] = VARIABLE.exec(spec) ?? [];
    if (name === undefined) {
      return refuse(
        `"${spec}" in "{${body}}" is no variable: write letters, digits, "_" and dots between them, ` +
          `then perhaps "*" or ":" and a length from 1 to 9999`,
      );
    }
    const optional = /[;?&]/.test(operator);
    return { name, list: star !== undefined, optional, max: max === undefined ? Infinity : Number(max) };
  });
  // The pattern above captures nothing but operators.
  return { operator: operator as Operator, variables };
}

/** @throws TypeError if the text is no template, or goes beyond the limits */
export function parseParts(text: string): Part[] {
  const refuse = (problem: string): never => {
    throw new TypeError(`Not a URI template: ${problem}`);
  };
  if (typeof text !== "string") refuse(`it must be a string, not ${describe(text)}`);
  if (text.length > MAX_LENGTH) refuse(`${text.length} characters are more than ${MAX_LENGTH}`);
  if (LONE_SURROGATE.test(text)) refuse("it holds half of a surrogate pair");
  const parts = text.split(/(\{[^{}]*\})/).map((piece, index): Part => {
    if (index % 2 === 1) return parseExpression(piece.slice(1, -1), refuse);
    if (/[{}]/.test(piece)) refuse(`"${/[{}]/.exec(piece)?.[0]}" near "${piece}" has no counterpart`);
    return piece;
  });
  const expressions = parts.filter((part) => typeof part !== "string");
  if (expressions.length > MAX_EXPRESSIONS) {
    refuse(`${expressions.length} expressions are more than ${MAX_EXPRESSIONS}`);
  }
  const names = expressions.flatMap(({ variables }) => variables.map(({ name }) => name));
  if (names.length > MAX_VARIABLES) refuse(`${names.length} variables are more than ${MAX_VARIABLES}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`the variable "${twice}" is there twice`);
  return parts.filter((part) => part !== "");
}
