// Found in zod 3.25 and 4 alike, and a fraction of all of zod in a bundle.
import * as z from "zod/v4-mini";
import { isObject } from "../jsonrpc/guards.js";
import { sortOf } from "./config-error.js";

/** Says what was expected, and of what was found the sort only: the messages of zod's are not all so discreet. */
const expected = (what: string): { error: (issue: { readonly input?: unknown }) => string } => ({
  error: ({ input }) =>
    input === undefined ? `is missing; it must be ${what}` : `must be ${what}, not ${sortOf(input)}`,
});

const NO_NUL = "must not contain a NUL character";
const hasNoNul = (text: string): boolean => !text.includes("\0");

const text = z.string(expected("a string")).check(z.refine(hasNoNul, NO_NUL));
const flag = z.optional(z.boolean(expected("true or false")));

/** Members with names of the user's choice. `z.record` would leave one out that is called `__proto__`. */
function members(problemOf: (name: string, value: string) => string | undefined) {
  return z.custom<Record<string, string>>(isObject, expected("an object")).check(({ value, issues }) => {
    if (!isObject(value)) return;
    for (const [name, member] of Object.entries<unknown>(value)) {
      const message =
        typeof member === "string" ? problemOf(name, member) : `must be a string, not ${sortOf(member)}`;
      // The value is left out of the issue: it may be a secret.
      if (message !== undefined) issues.push({ code: "custom", path: [name], message, input: undefined });
    }
  });
}

const env = members((name, value) => {
  if (!/^[^=\0]+$/.test(name)) return "is no name for a variable";
  return hasNoNul(value) ? undefined : NO_NUL;
});

const headers = members((name, value) => {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return "is no name for a header (RFC 9110, 5.1)";
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value.trim())
    ? undefined
    : "must not contain line breaks, other control characters, or characters beyond Latin-1 (RFC 9110, 5.5)";
});

function urlOf(schemes: readonly [string, string]) {
  const problem = `must be a URL that begins with ${schemes.join(":// or ")}://`;
  const fits = (value: string): boolean => schemes.includes(schemeOf(value) ?? "");
  return z.string(expected("a string")).check(z.refine(fits, problem));
}

function schemeOf(url: string): string | undefined {
  try {
    return new URL(url).protocol.slice(0, -1);
  } catch {
    return undefined;
  }
}

const named = z.optional(z.unknown());
const common = { transport: named, type: named, disabled: flag, enabled: flag };

/** The members of a server that are read. */
export const stdioSchema = z.object({
  ...common,
  command: text.check(z.minLength(1, "must not be empty")),
  args: z.optional(z.array(text, expected("an array of strings"))),
  env: z.optional(env),
  cwd: z.optional(text),
});

const byUrl = (schemes: readonly [string, string]) =>
  z.object({ ...common, url: urlOf(schemes), headers: z.optional(headers) });

export const httpSchema = byUrl(["http", "https"]);
export const wsSchema = byUrl(["ws", "wss"]);
