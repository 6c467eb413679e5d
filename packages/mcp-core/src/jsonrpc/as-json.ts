import type { JsonObject } from "./messages.js";

/** Says that a value of an interface type is JSON: interfaces have no index signature, unlike `JsonObject`. */
export function asJsonObject(value: object): JsonObject {
  return value as JsonObject;
}
