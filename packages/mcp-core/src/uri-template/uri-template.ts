import { expander, type UriValue } from "./expand.js";
import type { UriMatch } from "./elements.js";
import { matcher } from "./match.js";
import { parseParts, type UriVariable } from "./parse.js";
import { MAX_URI_LENGTH, toSubject, type Subject } from "./subject.js";
import type { UriVariables } from "./uri-variables.js";

export type { UriMatch, UriValue, UriVariable, UriVariables };
export { MAX_URI_LENGTH };

/** A URI template (RFC 6570, all four levels) that was parsed. */
export interface UriTemplate {
  /** Its text. */
  readonly template: string;
  /** Its variables, in the order in which they stand there. */
  readonly variables: readonly UriVariable[];

  /**
   * Puts values in the place of the variables. One without a value, or with an empty list, is left out; values
   * of other names are ignored.
   *
   * @throws TypeError if a value is neither text nor a list or object of texts, or holds half of a surrogate pair
   */
  expand(values: Readonly<Record<string, UriValue>>): string;

  /**
   * Reads the values out of a URI, percent-decoded. What was expanded from texts that are not empty is read back,
   * if the template keeps its variables apart.
   *
   * **A value is what the client wrote.** That of `{x}` may contain `/` and `..` (from `%2F`), that of `{+x}`
   * anyhow. Never use one as a path, or a part of one, without a check: "Servers MUST sanitize file paths"
   * (specification, Resources, Security Considerations).
   *
   * - A variable that is not optional has at least one character; a list may be empty, but for
   *   that at the head of several (`{x*,y}`).
   * - Where there is a choice, variables on the left take the longest: `{a}-{b}` reads `x-y-z` as `x-y` and `z`,
   *   and `{name}{.ext}` reads `a.tar.gz` as `a.tar` and `gz`. `{+x}` leaves a query or fragment to a `{?q}` or
   *   `{#f}` of the template.
   * - `{x}` takes `: @ ! $ ' ( ) * + =` as they are too, but never `/ ? # [ ] & , ;`.
   * - `{?q,r}` takes its parameters in any order. One that the template does not name, or that is there twice
   *   without being a list, means no match: a server should not answer what it did not understand.
   * - `{x:3}` takes three characters at most.
   *
   * The time it takes is linear in the length of the URI. One that many templates are tried on is made ready once,
   * by `readyUri`.
   *
   * @returns the values, in an object without a prototype; an optional variable that is not there has none.
   *   `undefined` if the URI does not match, is longer than `MAX_URI_LENGTH` (2,048 characters), or is not validly encoded.
   */
  match(uri: string | ReadyUri): UriMatch | undefined;
}

/** A URI made ready to be matched. */
export type ReadyUri = Subject;

/** @returns the URI, made ready to be matched by any template; `undefined` if none can match it */
export function readyUri(uri: string): ReadyUri | undefined {
  return toSubject(uri);
}

/**
 * Parses a URI template.
 *
 * @param template at most 2,048 characters, 32 expressions and 64 variables, each of which is there once; names
 *   are of letters, digits, `_` and dots
 * @throws TypeError that says what is wrong with the template
 */
export function parseUriTemplate(template: string): UriTemplate {
  const parts = parseParts(template);
  const match = matcher(parts);
  return {
    template,
    variables: parts.flatMap((part) =>
      typeof part === "string"
        ? []
        : part.variables.map(({ name, list, optional }) => ({ name, list, optional })),
    ),
    expand: expander(parts),
    match: (uri) => {
      const subject = typeof uri === "string" ? toSubject(uri) : uri;
      return subject && match(subject);
    },
  };
}

/**
 * Expands a URI template (RFC 6570): `expandUriTemplate("note://{id}{?q}", { id: "a b" })` is `note://a%20b`.
 *
 * @param values of the variables that the template names; the compiler checks them where it knows the template
 * @throws TypeError if the template is malformed, or a value is neither text nor a list of texts
 */
export function expandUriTemplate<const Template extends string>(
  template: Template,
  values: UriVariables<Template>,
): string {
  // Its values are texts and lists of texts, whatever the template.
  return parseUriTemplate(template).expand(values as Readonly<Record<string, UriValue>>);
}
