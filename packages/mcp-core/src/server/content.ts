import { isObject } from "../jsonrpc/guards.js";
import { has, type Feature, type Revision } from "../protocol/revisions.js";
import type { ContentBlock, TextContent } from "../protocol/types.js";

/** The strings each type of content has to have. */
const CONTENT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["text", ["text"]],
  ["image", ["data", "mimeType"]],
  ["audio", ["data", "mimeType"]],
  ["resource_link", ["uri", "name"]],
]);

/** Content an older revision does not know, which it gets as text instead. */
const CONTENT_SINCE: ReadonlyMap<string, Feature> = new Map([
  ["audio", "audioContent"],
  ["resource_link", "resourceLink"],
]);

export function isContentList(value: unknown): value is readonly ContentBlock[] {
  return Array.isArray(value) && value.every(isContentBlock) && value.length > 0;
}

export function isContentBlock(value: unknown): value is ContentBlock {
  if (!isObject(value) || typeof value["type"] !== "string") return false;
  if (value["type"] === "resource") return isResourceContents(value["resource"]);
  return CONTENT_FIELDS.get(value["type"])?.every((field) => typeof value[field] === "string") ?? false;
}

function isResourceContents(value: unknown): boolean {
  if (!isObject(value) || typeof value["uri"] !== "string") return false;
  return typeof value["text"] === "string" || typeof value["blob"] === "string";
}

/** Says as text what the client's revision does not know. */
export function fittedBlock(block: ContentBlock, revision: Revision): ContentBlock {
  const since = CONTENT_SINCE.get(block.type);
  return since === undefined || has(revision, since) ? block : inWords(block);
}

function inWords(block: ContentBlock): TextContent {
  if (block.type === "resource_link")
    return { type: "text", text: `${block.title ?? block.name}: ${block.uri}` };
  return { type: "text", text: `(${block.type} content, which this protocol revision cannot carry)` };
}
