import { Meta, type JsonObject, type JsonValue } from "@towpath/mcp-core";

/** What a client of the stateless era says of a request in headers (2026-07-28, Streamable HTTP, Request Metadata). */
export function mirrored(message: JsonObject, version: string): Record<string, string> {
  const { method, id } = message;
  const headers = { "mcp-protocol-version": version };
  if (typeof method !== "string" || id === undefined) return headers;
  const name = paramsOf(message)[NAMED[method] ?? ""];
  return {
    ...headers,
    "mcp-method": method,
    ...(isMirrored(name) && { "mcp-name": headerValue(String(name)) }),
  };
}

/** The field of `params` that Mcp-Name repeats. */
const NAMED: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

/** Whether a value is of a type that is mirrored, be it right or wrong where it is. */
function isMirrored(value: JsonValue | undefined): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** A value that travels in a header as it is, or encoded where it would not arrive as it was. */
export function headerValue(value: string): string {
  const isPlain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(value) || value === "";
  const looksEncoded = value.startsWith("=?base64?") && value.endsWith("?=");
  return isPlain && !looksEncoded ? value : encoded(value);
}

export function encoded(value: string): string {
  return `=?base64?${Buffer.from(value).toString("base64")}?=`;
}

/** The version a message names by itself. */
export function versionIn(message: JsonValue): string | undefined {
  if (!isObject(message)) return undefined;
  const meta = paramsOf(message)["_meta"];
  const version = isObject(meta) ? meta[Meta.protocolVersion] : undefined;
  return typeof version === "string" ? version : undefined;
}

function paramsOf({ params }: JsonObject): JsonObject {
  return isObject(params) ? params : {};
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
