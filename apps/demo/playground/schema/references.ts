import type { JsonObject, JsonValue } from "@towpath/mcp-core";
import { isObject } from "./is-object.js";

/** References that follow one another before they count as a circle. */
const MAX_STEPS = 16;

/**
 * A schema without what stands between it and its keywords: references into the document, a single alternative,
 * and `null` as the other one. `undefined` where there is no such schema.
 */
export function dereferenced(given: unknown, root: JsonObject): JsonObject | undefined {
  let schema = given;
  for (let step = 0; step < MAX_STEPS; step++) {
    if (!isObject(schema)) return undefined;
    const next = inner(schema, root);
    if (next === undefined) return withoutNull(schema);
    const { $ref: _ref, anyOf: _anyOf, oneOf: _oneOf, allOf: _allOf, ...own } = schema;
    schema = isObject(next) ? { ...next, ...own } : next;
  }
  return undefined;
}

function inner(schema: JsonObject, root: JsonObject): unknown {
  const { $ref, allOf } = schema;
  if (typeof $ref === "string") return pointedAt(root, $ref) ?? false;
  for (const alternatives of [schema["anyOf"], schema["oneOf"]]) {
    if (!Array.isArray(alternatives)) continue;
    const others = (alternatives as readonly unknown[]).filter((one) => !isNull(one));
    if (others.length === 1) return others[0];
  }
  return Array.isArray(allOf) && allOf.length === 1 ? (allOf as readonly unknown[])[0] : undefined;
}

/** What a JSON pointer in a fragment, as in `#/$defs/note`, leads to. */
function pointedAt(root: JsonObject, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  let at: unknown = root;
  for (const token of reference.slice(1).split("/").slice(1)) {
    const name = decoded(token).replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

function withoutNull(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (!Array.isArray(type)) return schema;
  const others = (type as readonly JsonValue[]).filter((one) => one !== "null");
  const [only, another] = others;
  return only !== undefined && another === undefined ? { ...schema, type: only } : schema;
}

function isNull(schema: unknown): boolean {
  return isObject(schema) && (schema["type"] === "null" || schema["const"] === null);
}
