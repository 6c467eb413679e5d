import { InvalidRequestError } from "./errors.js";
import type {
  JsonObject,
  JsonRpcErrorObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from "./messages.js";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Strings, and integers that survive a round trip through a double. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/** `params` is judged later, so that its error can name the request. */
export function isRequest(value: unknown): value is JsonRpcRequest {
  return (
    isObject(value) &&
    value["jsonrpc"] === "2.0" &&
    typeof value["method"] === "string" &&
    isRequestId(value["id"])
  );
}

/** `params` are an object or left out; the lists of JSON-RPC are none in MCP (Base Protocol, Messages). */
export function isParams(value: unknown): value is JsonObject | undefined {
  return value === undefined || isObject(value);
}

/** `params` is judged later, as that of a request. */
export function isNotification(value: unknown): value is JsonRpcNotification {
  return (
    isObject(value) && value["jsonrpc"] === "2.0" && typeof value["method"] === "string" && !("id" in value)
  );
}

export function isResponse(value: unknown): value is JsonRpcResponse {
  if (!isObject(value) || value["jsonrpc"] !== "2.0" || "method" in value) return false;
  if ("result" in value) return !("error" in value) && isObject(value["result"]) && isRequestId(value["id"]);
  const id = value["id"];
  return isErrorObject(value["error"]) && (id === undefined || id === null || isRequestId(id));
}

function isErrorObject(value: unknown): value is JsonRpcErrorObject {
  return isObject(value) && Number.isInteger(value["code"]) && typeof value["message"] === "string";
}

/** Meant as the answer to a request, be it a valid one or not. */
export function looksLikeResponse(value: unknown): boolean {
  return isObject(value) && !("method" in value) && ("result" in value || "error" in value);
}

/** The id to answer with, where one can be read from a message that is not valid. */
export function readableId(value: unknown): RequestId | undefined {
  return isObject(value) && isRequestId(value["id"]) ? value["id"] : undefined;
}

/** Says what is wrong with a value that none of the guards accepts. */
export function invalidMessage(value: unknown): InvalidRequestError {
  return new InvalidRequestError(`Invalid request: ${reasonInvalid(value)}`);
}

function reasonInvalid(value: unknown): string {
  if (!isObject(value))
    return `a message is an object, not ${Array.isArray(value) ? "an array" : describe(value)}`;
  if (value["jsonrpc"] !== "2.0") return `"jsonrpc" must be "2.0", not ${describe(value["jsonrpc"])}`;
  if ("method" in value) {
    if (typeof value["method"] !== "string")
      return `"method" must be a string, not ${describe(value["method"])}`;
    return `"id" must be a string or a safe integer, not ${describe(value["id"])}`;
  }
  if ("result" in value && "error" in value) return `a response has "result" or "error", not both`;
  if ("result" in value) return `a response needs an object as "result", and the "id" of its request`;
  if ("error" in value) return `"error" must have an integer "code" and a string "message"`;
  return `"method" is missing`;
}

/** The peer's text as an error repeats it: enough to be recognised, and never much. */
export function shortened(text: string, length = 128): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** A short, safe picture of a value for an error message. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return JSON.stringify(shortened(value, 40));
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : `an ${typeof value === "object" ? "object" : "unknown value"}`;
}
