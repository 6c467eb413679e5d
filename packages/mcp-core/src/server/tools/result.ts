import { isObject } from "../../jsonrpc/guards.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import { has, type Feature, type Revision } from "../../protocol/revisions.js";
import type { CallToolResult, ContentBlock, TextContent } from "../../protocol/types.js";
import { jsonTextOf } from "../plain-json.js";

/** The strings each type of content has to have. */
const CONTENT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["text", ["text"]],
  ["image", ["data", "mimeType"]],
  ["audio", ["data", "mimeType"]],
  ["resource_link", ["uri", "name"]],
]);

const RESULT_FIELDS: ReadonlySet<string> = new Set([
  "content",
  "structuredContent",
  "isError",
  "_meta",
  "resultType",
]);

/** Content an older revision does not know, which it gets as text instead. */
const CONTENT_SINCE: ReadonlyMap<string, Feature> = new Map([
  ["audio", "audioContent"],
  ["resource_link", "resourceLink"],
]);

export function textResult(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

/** A failure the model can read and react to (Tools, Error Handling). */
export function errorResult(message: string): CallToolResult {
  return { content: [{ type: "text", text: message }], isError: true };
}

/** Makes a whole result of whatever a handler without an output schema returned. */
export function resultOf(returned: unknown, revision: Revision): CallToolResult {
  if (typeof returned === "string") return textResult(returned);
  if (returned === undefined) return { content: [] };
  if (isContentBlock(returned)) return fitted({ content: [returned] }, revision);
  if (isWholeResult(returned)) return fitted(returned, revision);
  if (isContentList(returned)) return fitted({ content: returned }, revision);
  return isObject(returned) ? structuredResult(returned, revision) : textResult(jsonTextOf(returned));
}

/**
 * Structured content, and the same as text for clients that do not know it (Tools, Structured Content).
 * Before 2026-07-28 it has to be an object; before 2025-06-18 there is none.
 */
export function structuredResult(value: unknown, revision: Revision): CallToolResult {
  const text = jsonTextOf(value);
  // What counts is what is sent: a date, for one, is an object here and a string on the wire.
  const isObjectThere = text.startsWith("{");
  const allowed =
    has(revision, "anyStructuredContent") || (has(revision, "structuredContent") && isObjectThere);
  // `jsonTextOf` has just shown that it is JSON.
  return allowed ? { ...textResult(text), structuredContent: value as JsonValue } : textResult(text);
}

/** Whether a handler returned a whole `CallToolResult` rather than data of its own. */
export function isWholeResult(value: unknown): value is CallToolResult {
  if (!isObject(value) || !Array.isArray(value["content"])) return false;
  return value["content"].length > 0
    ? isContentList(value["content"])
    : Object.keys(value).every((key) => RESULT_FIELDS.has(key));
}

/** An empty list of content and nothing else may as well be data that an output schema describes. */
export function isBare(result: CallToolResult): boolean {
  return result.content.length === 0 && Object.keys(result).length === 1;
}

function isContentList(value: unknown): value is readonly ContentBlock[] {
  return Array.isArray(value) && value.every(isContentBlock) && value.length > 0;
}

function isContentBlock(value: unknown): value is ContentBlock {
  if (!isObject(value) || typeof value["type"] !== "string") return false;
  if (value["type"] === "resource") return isResourceContents(value["resource"]);
  return CONTENT_FIELDS.get(value["type"])?.every((field) => typeof value[field] === "string") ?? false;
}

function isResourceContents(value: unknown): boolean {
  if (!isObject(value) || typeof value["uri"] !== "string") return false;
  return typeof value["text"] === "string" || typeof value["blob"] === "string";
}

/** Leaves out, or says as text, what the client's revision does not know. */
export function fitted(result: CallToolResult, revision: Revision): CallToolResult {
  const content = result.content.map((block) => fittedBlock(block, revision));
  const { structuredContent, ...rest } = result;
  if (structuredContent === undefined) return { ...rest, content };
  return { ...rest, ...(allowsStructured(structuredContent, revision) && { structuredContent }), content };
}

function allowsStructured(value: JsonValue, revision: Revision): boolean {
  return has(revision, "anyStructuredContent") || (has(revision, "structuredContent") && isObject(value));
}

function fittedBlock(block: ContentBlock, revision: Revision): ContentBlock {
  const since = CONTENT_SINCE.get(block.type);
  return since === undefined || has(revision, since) ? block : inWords(block);
}

function inWords(block: ContentBlock): TextContent {
  if (block.type === "resource_link")
    return { type: "text", text: `${block.title ?? block.name}: ${block.uri}` };
  return { type: "text", text: `(${block.type} content, which this protocol revision cannot carry)` };
}
