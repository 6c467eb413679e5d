import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { show } from "./describe.js";
import { UnsupportedSchemaError } from "./errors.js";
import type { Keyword } from "./keyword.js";
import { ARRAY_2020_12, ARRAY_COMMON, ARRAY_DRAFT_07 } from "./keywords/array.js";
import { COMBINING } from "./keywords/combine.js";
import { NUMBER } from "./keywords/number.js";
import { DEPENDENCIES_DRAFT_07, DEPENDENT_2020_12, OBJECT_COMMON } from "./keywords/object.js";
import { REFERENCE_2020_12, REFERENCE_COMMON } from "./keywords/reference.js";
import { STRING } from "./keywords/string.js";
import { UNEVALUATED } from "./keywords/unevaluated.js";
import { VALUE } from "./keywords/value.js";
import { join } from "./pointer.js";

interface Anchor {
  readonly keyword: string;
  readonly name: JsonValue;
  readonly dynamic: boolean;
}

export interface Dialect {
  /** In the order they are checked: what reads annotations comes last. */
  readonly keywords: readonly Keyword[];
  /** Whether `$ref` stands alone, whatever is beside it. */
  readonly refIsAlone: boolean;
  readonly id: (schema: JsonObject) => JsonValue | undefined;
  readonly anchors: (schema: JsonObject) => readonly Anchor[];
}

const draft202012: Dialect = {
  keywords: [
    ...VALUE,
    ...NUMBER,
    ...STRING,
    ...ARRAY_COMMON,
    ...ARRAY_2020_12,
    ...OBJECT_COMMON,
    ...DEPENDENT_2020_12,
    ...REFERENCE_COMMON,
    ...REFERENCE_2020_12,
    ...COMBINING,
    ...UNEVALUATED,
  ],
  refIsAlone: false,
  id: (schema) => schema["$id"],
  anchors: ({ $anchor, $dynamicAnchor }) => [
    ...($anchor === $dynamicAnchor ? [] : anchor("$anchor", $anchor, false)),
    ...anchor("$dynamicAnchor", $dynamicAnchor, true),
  ],
};

const draft07: Dialect = {
  keywords: [
    ...VALUE,
    ...NUMBER,
    ...STRING,
    ...ARRAY_COMMON,
    ...ARRAY_DRAFT_07,
    ...OBJECT_COMMON,
    ...DEPENDENCIES_DRAFT_07,
    ...REFERENCE_COMMON,
    ...COMBINING,
  ],
  refIsAlone: true,
  id: ({ $id, $ref }) => ($ref !== undefined || isFragment($id) ? undefined : $id),
  anchors: ({ $id, $ref }) =>
    $ref === undefined && isFragment($id) ? anchor("$id", $id.slice(1), false) : [],
};

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["https://json-schema.org/draft/2020-12/schema", draft202012],
  ["http://json-schema.org/draft-07/schema", draft07],
]);

/** The dialects that `$schema` may name, the default first; an empty fragment after them is ignored. */
export const SUPPORTED_DIALECTS: readonly string[] = [...DIALECTS.keys()];

/**
 * The dialect of a schema by its `$schema`; 2020-12 without one (MCP, Base Protocol, Schema Dialect).
 * @throws UnsupportedSchemaError `unsupported-dialect`.
 */
export function dialectOf(uri: JsonValue | undefined, pointer: string): Dialect {
  if (uri === undefined) return draft202012;
  const dialect = typeof uri === "string" ? DIALECTS.get(uri.replace(/#$/, "")) : undefined;
  if (dialect) return dialect;
  const reason = `dialect ${show(uri)} is not supported; use one of: ${SUPPORTED_DIALECTS.join(", ")}`;
  throw new UnsupportedSchemaError("unsupported-dialect", join(pointer, "$schema"), reason);
}

function anchor(keyword: string, name: JsonValue | undefined, dynamic: boolean): Anchor[] {
  return name === undefined ? [] : [{ keyword, name, dynamic }];
}

function isFragment(id: JsonValue | undefined): id is `#${string}` {
  return typeof id === "string" && id.length > 1 && id.startsWith("#");
}
