import { ErrorCode, ProtocolError } from "../jsonrpc/errors.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { Prompt } from "../protocol/prompt-types.js";
import type { Resource, ResourceTemplate } from "../protocol/resource-types.js";
import type { Tool } from "../protocol/types.js";
import { InvalidResultError } from "../protocol/client-errors.js";

/** Pages a list may have before it is taken to be endless. */
const MAX_PAGES = 10_000;

/** A list of the server's: the method it is read with, and what is on its pages. */
export interface ListOf<Item> {
  readonly method: string;
  /** @throws InvalidResultError */
  readonly itemsOf: (result: JsonObject) => readonly Item[];
}

/** Where pages come from. */
export interface PageSource {
  page(method: string, params: JsonObject): Promise<JsonObject>;
  /** Whether a page was served from the cache. */
  served(page: JsonObject): boolean;
  /** Forgets the cached pages of a list. */
  discard(method: string): void;
}

export const TOOLS = listOf("tools/list", "tools", isTool, "tools with names and input schemas");
export const PROMPTS = listOf("prompts/list", "prompts", isPrompt, "prompts with names");
export const RESOURCES = listOf("resources/list", "resources", isResource, "resources with names and URIs");
export const RESOURCE_TEMPLATES = listOf(
  "resources/templates/list",
  "resourceTemplates",
  isTemplate,
  "resource templates with names and URI templates",
);

function listOf<Item>(
  method: string,
  member: string,
  isItem: (value: unknown) => value is Item,
  expected: string,
): ListOf<Item> {
  return {
    method,
    itemsOf: ({ [member]: items }) => {
      if (Array.isArray(items) && items.every(isItem)) return items;
      throw new InvalidResultError(`${method}: the result is no list of ${expected}`);
    },
  };
}

function isTool(value: unknown): value is Tool {
  return isObject(value) && typeof value["name"] === "string" && isObject(value["inputSchema"]);
}

function isPrompt(value: unknown): value is Prompt {
  return isObject(value) && typeof value["name"] === "string";
}

function isResource(value: unknown): value is Resource {
  return isObject(value) && typeof value["name"] === "string" && typeof value["uri"] === "string";
}

function isTemplate(value: unknown): value is ResourceTemplate {
  return isObject(value) && typeof value["name"] === "string" && typeof value["uriTemplate"] === "string";
}

/**
 * Everything on a list. When the server no longer takes a cursor that a cached page had led to, the list is
 * read once more from the beginning (Caching, Interaction with Pagination).
 * @throws as {@link itemsOf}
 */
export async function allOf<Item>(list: ListOf<Item>, source: PageSource): Promise<readonly Item[]> {
  const walk: Walk = { fromCache: false, lost: false };
  try {
    return await collected(pagesOf(list, source, walk));
  } catch (error) {
    if (!walk.lost || !walk.fromCache) throw error;
    return collected(pagesOf(list, source));
  }
}

/**
 * What is on a list, fetched page by page as it is asked for.
 * @throws InvalidResultError when the list does not end, or a page is none
 */
export async function* itemsOf<Item>(
  list: ListOf<Item>,
  source: PageSource,
): AsyncGenerator<Item, void, undefined> {
  for await (const page of pagesOf(list, source)) yield* page;
}

/** What became of reading a list. */
interface Walk {
  /** A page was served from the cache. */
  fromCache: boolean;
  /** The server does not take the cursor it gave. */
  lost: boolean;
}

async function* pagesOf<Item>(
  { method, itemsOf }: ListOf<Item>,
  source: PageSource,
  walk: Walk = { fromCache: false, lost: false },
): AsyncGenerator<readonly Item[], void, undefined> {
  const seen = new Set<string>();
  let params: JsonObject = {};
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await next(method, params, source, walk);
    yield itemsOf(page);
    const { nextCursor: cursor } = page;
    // An empty cursor is a cursor (Pagination, Implementation Guidelines).
    if (typeof cursor !== "string") return;
    if (seen.has(cursor)) break;
    seen.add(cursor);
    params = { cursor };
  }
  throw new InvalidResultError("The list does not end: a cursor came twice, or there are too many pages");
}

async function next(method: string, params: JsonObject, source: PageSource, walk: Walk): Promise<JsonObject> {
  try {
    const page = await source.page(method, params);
    walk.fromCache ||= source.served(page);
    return page;
  } catch (error) {
    walk.lost =
      "cursor" in params && error instanceof ProtocolError && error.code === ErrorCode.invalidParams;
    if (walk.lost) source.discard(method);
    throw error;
  }
}

async function collected<Item>(pages: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> {
  const all: (readonly Item[])[] = [];
  for await (const page of pages) all.push(page);
  return all.flat();
}
