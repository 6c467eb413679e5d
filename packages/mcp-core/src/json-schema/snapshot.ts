import type { JsonValue } from "../jsonrpc/messages.js";
import { UnsupportedSchemaError } from "./errors.js";
import { isArray } from "./json.js";
import type { JsonSchemaLimits } from "./limits.js";
import { join } from "./pointer.js";

/**
 * Copies a schema into a tree that shares nothing, cannot change later and has no prototypes, so that
 * a keyword is never mistaken for an inherited member and each subschema has one place.
 * @throws UnsupportedSchemaError `schema-too-long`, `schema-too-deep` (also for a cycle), or
 *   `invalid-schema` for a value that is not JSON.
 */
export function snapshot(schema: unknown, limits: JsonSchemaLimits): JsonValue {
  let length = 0;
  const take = (characters: number, pointer: string): void => {
    length += characters;
    if (length > limits.maxSchemaLength) {
      const reason = `longer than maxSchemaLength (${limits.maxSchemaLength} characters)`;
      throw new UnsupportedSchemaError("schema-too-long", pointer, reason);
    }
  };
  const copy = (value: unknown, pointer: string, depth: number): JsonValue => {
    if (typeof value === "string") {
      take(value.length + 2, pointer);
      return value;
    }
    if (value === null || typeof value === "boolean" || Number.isFinite(value)) {
      take(4, pointer);
      // The line above left only these.
      return value as null | boolean | number;
    }
    if (typeof value !== "object") throw notJson(value, pointer);
    if (depth > limits.maxSchemaDepth) {
      const reason = `nested deeper than maxSchemaDepth (${limits.maxSchemaDepth} levels)`;
      throw new UnsupportedSchemaError("schema-too-deep", pointer, reason);
    }
    take(2, pointer);
    return isArray(value) ? copyArray(value, pointer, depth) : copyObject(value, pointer, depth);
  };
  const copyArray = (value: readonly unknown[], pointer: string, depth: number): JsonValue => {
    // Holes and `undefined` are refused as JSON has neither.
    return Array.from(value, (item, index) => {
      take(1, pointer);
      return copy(item, join(pointer, index), depth + 1);
    });
  };
  const copyObject = (value: object, pointer: string, depth: number): JsonValue => {
    // `Object.create` is typed to return `any`.
    const result = Object.create(null) as Record<string, JsonValue>;
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      take(name.length + 4, pointer);
      result[name] = copy(member, join(pointer, name), depth + 1);
    }
    return result;
  };
  return copy(schema, "", 1);
}

function notJson(value: unknown, pointer: string): UnsupportedSchemaError {
  const what = typeof value === "number" ? String(value) : typeof value;
  return new UnsupportedSchemaError("invalid-schema", pointer, `${what} is not a JSON value`);
}
