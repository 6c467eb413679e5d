import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";

/** The value of a parameter; `undefined` where the arguments have none. */
export function valueAt(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = args;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
