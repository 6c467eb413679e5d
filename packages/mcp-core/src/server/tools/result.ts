import { isObject } from "../../jsonrpc/guards.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import { has, type Revision } from "../../protocol/revisions.js";
import type { CallToolResult } from "../../protocol/types.js";
import {
  blockProblem,
  fittedBlock,
  isContentBlock,
  isContentList,
  isMeantAsBlock,
  isMeantAsContent,
} from "../content.js";
import { jsonTextOf } from "../plain-json.js";

const RESULT_FIELDS: ReadonlySet<string> = new Set([
  "content",
  "structuredContent",
  "isError",
  "_meta",
  "resultType",
]);

export function textResult(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

/** A failure the model can read and react to (Tools, Error Handling). */
export function errorResult(message: string): CallToolResult {
  return { content: [{ type: "text", text: message }], isError: true };
}

/**
 * Makes a whole result of whatever a handler without an output schema returned.
 * @param owner whose handler, as in `tool "add"`
 * @throws TypeError for what is meant as content and is none
 */
export function resultOf(returned: unknown, revision: Revision, owner: string): CallToolResult {
  if (typeof returned === "string") return textResult(returned);
  if (returned === undefined) return { content: [] };
  if (isContentBlock(returned)) return fitted({ content: [returned] }, revision);
  if (isWholeResult(returned)) return fitted(returned, revision);
  if (isContentList(returned)) return fitted({ content: returned }, revision);
  checkContent(returned, owner);
  return isObject(returned)
    ? structuredResult(returned, revision, owner)
    : textResult(jsonTextOf(returned, owner));
}

/** What is no content, but looks as if its author took it for that, is not silently sent as data. */
function checkContent(returned: unknown, owner: string): void {
  const single = isMeantAsBlock(returned);
  const whole = isObject(returned) && hasOnlyResultFields(returned);
  const meant = single ? [returned] : whole ? returned["content"] : returned;
  if (!isMeantAsContent(meant) || !(whole || meant.every(isMeantAsBlock))) return;
  const problems = meant.map(blockProblem);
  const index = problems.findIndex((problem) => problem !== undefined);
  const problem = problems[index];
  if (problem === undefined) return;
  const place = single ? "" : ` at ${whole ? "content" : ""}[${String(index)}]`;
  throw new TypeError(`The handler of ${owner} returned malformed content${place}: ${problem}`);
}

/**
 * Structured content, and the same as text for clients that do not know it (Tools, Structured Content).
 * Before 2026-07-28 it has to be an object; before 2025-06-18 there is none.
 */
export function structuredResult(value: unknown, revision: Revision, owner: string): CallToolResult {
  const text = jsonTextOf(value, owner);
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
  return value["content"].length > 0 ? isContentList(value["content"]) : hasOnlyResultFields(value);
}

function hasOnlyResultFields(value: object): boolean {
  return Object.keys(value).every((key) => RESULT_FIELDS.has(key));
}

/** An empty list of content and nothing else may as well be data that an output schema describes. */
export function isBare(result: CallToolResult): boolean {
  return result.content.length === 0 && Object.keys(result).length === 1;
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
