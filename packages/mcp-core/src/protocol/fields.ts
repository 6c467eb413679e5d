import { InvalidParamsError } from "../jsonrpc/errors.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import { LOG_LEVELS, type Implementation, type LogLevel } from "./types.js";

/*
 * Hand-written checks of the fields a message may have. Each returns the value with its type, or throws
 * an `InvalidParamsError` (-32602) that says which field is wrong and why.
 */

function wrong(where: string, key: string, expected: string, value: unknown): InvalidParamsError {
  return new InvalidParamsError(
    `Invalid params: ${where}.${key} must be ${expected}, not ${describe(value)}`,
  );
}

export function stringField(object: JsonObject, key: string, where = "params"): string {
  const value = object[key];
  if (typeof value !== "string") throw wrong(where, key, "a string", value);
  return value;
}

export function objectField(object: JsonObject, key: string, where = "params"): JsonObject {
  const value = object[key];
  if (!isObject(value)) throw wrong(where, key, "an object", value);
  return value;
}

export function optionalObjectField(
  object: JsonObject,
  key: string,
  where = "params",
): JsonObject | undefined {
  return object[key] === undefined ? undefined : objectField(object, key, where);
}

function isImplementation(value: JsonObject): value is JsonObject & Implementation {
  return typeof value["name"] === "string" && typeof value["version"] === "string";
}

/** Name and version are required; the rest is for show and passes as it is. */
export function implementationField(object: JsonObject, key: string, where = "params"): Implementation {
  const value = objectField(object, key, where);
  if (!isImplementation(value))
    throw wrong(where, key, 'an object with strings as "name" and "version"', value);
  return value;
}

export function isLogLevel(value: unknown): value is LogLevel {
  return LOG_LEVELS.some((level) => level === value);
}

export function logLevelField(object: JsonObject, key: string, where = "params"): LogLevel {
  const value = object[key];
  if (!isLogLevel(value)) throw wrong(where, key, `one of ${LOG_LEVELS.join(", ")}`, value);
  return value;
}

/** Characters of a progress token, which every notification about its request repeats. */
const MAX_TOKEN_LENGTH = 1024;

/** Progress tokens are strings or integers (Progress, Progress Flow). */
export function progressTokenField(meta: JsonObject): RequestId | undefined {
  const value = meta["progressToken"];
  if (
    value === undefined ||
    (typeof value === "string" && value.length <= MAX_TOKEN_LENGTH) ||
    (typeof value === "number" && Number.isInteger(value))
  ) {
    return value;
  }
  const expected = `a string of at most ${String(MAX_TOKEN_LENGTH)} characters or an integer`;
  throw wrong("params._meta", "progressToken", expected, value);
}
