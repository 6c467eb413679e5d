import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { has, type Feature, type Revision } from "../protocol/revisions.js";
import type { ContentBlock, TextContent } from "../protocol/types.js";

/** The strings each type of content has to have. */
const CONTENT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["text", ["text"]],
  ["image", ["data", "mimeType"]],
  ["audio", ["data", "mimeType"]],
  ["resource_link", ["uri", "name"]],
]);

const RESOURCE = "resource";

/** What else there is in content: in all of it, and in some. */
const MORE_FIELDS = ["type", "annotations", "_meta"];
const LINK_FIELDS = ["title", "description", "mimeType", "size", "icons"];

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
  if (value["type"] === RESOURCE) return isResourceContents(value[RESOURCE]);
  return CONTENT_FIELDS.get(value["type"])?.every((field) => typeof value[field] === "string") ?? false;
}

function isResourceContents(value: unknown): boolean {
  if (!isObject(value) || typeof value["uri"] !== "string") return false;
  return typeof value["text"] === "string" || typeof value["blob"] === "string";
}

/** Whether it has a known type, and nothing that content of this type has not. */
export function isMeantAsBlock(value: unknown): value is JsonObject {
  const type = isObject(value) ? value["type"] : undefined;
  if (!isObject(value) || typeof type !== "string") return false;
  const fields = type === RESOURCE ? [RESOURCE] : CONTENT_FIELDS.get(type);
  if (fields === undefined) return false;
  const known = [...MORE_FIELDS, ...fields, ...(type === "resource_link" ? LINK_FIELDS : [])];
  return Object.keys(value).every((key) => known.includes(key));
}

/** Whether it is a list of objects that all say a type, known or not. */
export function isMeantAsContent(value: unknown): value is readonly JsonObject[] {
  const typed = (one: unknown): boolean => isObject(one) && typeof one["type"] === "string";
  return Array.isArray(value) && value.length > 0 && value.every(typed);
}

/** What an object that says its type lacks to be content; `undefined` when it is. */
export function blockProblem(block: JsonObject): string | undefined {
  if (isContentBlock(block)) return undefined;
  const { type } = block;
  const fields = typeof type === "string" ? CONTENT_FIELDS.get(type) : undefined;
  const missing = fields?.find((field) => typeof block[field] !== "string");
  if (missing !== undefined)
    return `type ${describe(type)} needs a string as "${missing}", which is ${describe(block[missing])}`;
  return type === RESOURCE
    ? 'type "resource" needs an object as "resource", with strings as "uri" and as "text" or "blob"'
    : `there is no type ${describe(type)}, only ${[...CONTENT_FIELDS.keys(), RESOURCE].join(", ")}`;
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
