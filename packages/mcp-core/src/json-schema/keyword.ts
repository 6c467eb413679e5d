import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { Check } from "./run.js";

/** Where a keyword holds subschemas. */
export type Holding = "schema" | "list" | "map" | "schema-or-list" | "map-or-names";

export interface Keyword {
  readonly name: string;
  readonly holds?: Holding;
  /** Turns the keyword's value into a check, or into none where it never fails and annotates nothing. */
  readonly compile?: (value: JsonValue, site: Site) => Check | undefined;
}

export interface Pattern {
  test(value: string): boolean;
}

type Tokens = (string | number)[];

/** The subschema that a keyword stands in, as the keyword's compiler sees it. */
export interface Site {
  readonly schema: JsonObject;
  /** The compiled subschema at a place below this one, such as `("properties", "a")`. */
  child(...tokens: Tokens): Check;
  /** @throws UnsupportedSchemaError `external-ref`, `unresolved-ref`. */
  reference(keyword: string, value: JsonValue): Check;
  /** @throws UnsupportedSchemaError `external-ref`, `unresolved-ref`. */
  dynamicReference(keyword: string, value: JsonValue): Check;
  /** @throws UnsupportedSchemaError `invalid-pattern`. */
  pattern(source: string, ...tokens: Tokens): Pattern;
  /** The error to throw for a value that the dialect forbids. */
  invalid(reason: string, ...tokens: Tokens): Error;
}
