/**
 * - `unsupported-dialect`: `$schema` names a dialect other than those of `SUPPORTED_DIALECTS`.
 * - `external-ref`: a reference leaves the document; it is never fetched.
 * - `unresolved-ref`: a reference into the document that finds nothing there.
 * - `invalid-schema`: not JSON, or a keyword with a value its dialect forbids.
 * - `invalid-pattern`: a regular expression that cannot be compiled.
 * - `schema-too-long`, `schema-too-deep`, `too-many-subschemas`: over a limit of `JsonSchemaLimits`.
 */
export type UnsupportedSchemaCode =
  | "unsupported-dialect"
  | "external-ref"
  | "unresolved-ref"
  | "invalid-schema"
  | "invalid-pattern"
  | "schema-too-long"
  | "schema-too-deep"
  | "too-many-subschemas";

/**
 * A JSON Schema that cannot be used, found when it is compiled, before any value is checked
 * (MCP, Base Protocol, JSON Schema Usage). `pointer` is the JSON Pointer of the place, `reason` says
 * what is wrong there; the message holds both.
 */
export class UnsupportedSchemaError extends Error {
  override readonly name = "UnsupportedSchemaError";
  readonly code: UnsupportedSchemaCode;
  readonly pointer: string;
  readonly reason: string;

  constructor(code: UnsupportedSchemaCode, pointer: string, reason: string) {
    super(`Unsupported JSON Schema at ${pointer === "" ? "its root" : shorten(pointer)}: ${reason}`);
    this.code = code;
    this.pointer = pointer;
    this.reason = reason;
  }
}

/** A string of the schema or the value, quoted, cut so that a message stays readable. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text, 60));
}

export function shorten(text: string, length = 200): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
