import { ProtocolError } from "../jsonrpc/errors.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcResponse } from "../jsonrpc/messages.js";
import { isLogLevel } from "../protocol/fields.js";
import type { CallToolResult, LogMessage, Tool } from "../protocol/types.js";
import { InvalidResultError } from "./errors.js";

/** Pages a list may have before it is taken to be endless. */
const MAX_PAGES = 10_000;

/**
 * The result of a response. One without `resultType` is complete; of a type nobody knows, it is invalid
 * (Base Protocol, ResultType).
 * @throws ProtocolError with the server's error; InvalidResultError
 */
export function resultOf(response: JsonRpcResponse, method: string, types: ReadonlySet<string>): JsonObject {
  if ("error" in response) {
    const { code, message, data } = response.error;
    throw new ProtocolError(code, message, data);
  }
  const { resultType } = response.result;
  if (resultType === undefined || (typeof resultType === "string" && types.has(resultType)))
    return response.result;
  throw new InvalidResultError(
    `${method}: the result is of type ${JSON.stringify(resultType)}, which this client does not know`,
  );
}

/** @throws InvalidResultError */
export function readToolResult(result: JsonObject): CallToolResult {
  const { content, isError } = result;
  if (!Array.isArray(content)) throw new InvalidResultError("tools/call: the result has no list of content");
  if (isError !== undefined && typeof isError !== "boolean")
    throw new InvalidResultError("tools/call: isError is no boolean");
  // Content is passed on as the server sent it; the blocks are for whoever shows them to judge.
  return result as JsonObject & CallToolResult;
}

/** @throws InvalidResultError */
export function toolsOf({ tools }: JsonObject): readonly Tool[] {
  if (Array.isArray(tools) && tools.every(isTool)) return tools;
  throw new InvalidResultError("tools/list: the result is no list of tools with names and input schemas");
}

function isTool(value: unknown): value is Tool {
  return isObject(value) && typeof value["name"] === "string" && isObject(value["inputSchema"]);
}

/**
 * Reads a list to its end.
 * @throws InvalidResultError when the list does not end
 */
export async function listAll<Item>(
  page: (cursor: string | undefined) => Promise<JsonObject>,
  itemsOf: (result: JsonObject) => readonly Item[],
): Promise<readonly Item[]> {
  const pages: (readonly Item[])[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  while (pages.length < MAX_PAGES) {
    const result = await page(cursor);
    pages.push(itemsOf(result));
    const { nextCursor } = result;
    // An empty cursor is a cursor (Pagination, Implementation Guidelines).
    if (typeof nextCursor !== "string") return pages.flat();
    if (seen.has(nextCursor)) break;
    seen.add(nextCursor);
    cursor = nextCursor;
  }
  throw new InvalidResultError("The list does not end: a cursor came twice, or there are too many pages");
}

/** Reads the params of `notifications/message`; `undefined` when they are malformed. */
export function readLogMessage(params: JsonObject = {}): LogMessage | undefined {
  const { level, logger, data } = params;
  if (!isLogLevel(level) || data === undefined) return undefined;
  return { level, data, ...(typeof logger === "string" && { logger }) };
}
