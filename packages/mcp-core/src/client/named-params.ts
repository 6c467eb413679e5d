import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";

/**
 * The params of a request for something by its name, with arguments.
 * @param signature how it is to be called, as the errors say it
 * @throws TypeError for a name that is no string, or arguments that are no object
 */
export function namedParams(signature: string, name: unknown, args: unknown): JsonObject {
  checkText(signature, "name", name);
  if (!isObject(args)) throw new TypeError(`${signature}: args must be an object, not ${describe(args)}`);
  return { name, arguments: args };
}

/** @throws TypeError for what is no string */
export function checkText(signature: string, parameter: string, value: unknown): asserts value is string {
  if (typeof value === "string") return;
  throw new TypeError(`${signature}: ${parameter} must be a string, not ${describe(value)}`);
}
