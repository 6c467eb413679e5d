import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { Prompt } from "../protocol/prompt-types.js";
import type { Resource, ResourceTemplate } from "../protocol/resource-types.js";
import type { Tool } from "../protocol/types.js";
import { InvalidResultError } from "../protocol/client-errors.js";

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
 * Everything on a list.
 * @throws as {@link ListOf.itemsOf}; InvalidResultError when the list does not end
 */
export async function allOf<Item>(list: ListOf<Item>, source: PageSource): Promise<readonly Item[]> {
  const pages = await import("./list-pages.js");
  return pages.allOf(list, source);
}

/** What is on a list, fetched page by page as it is asked for. */
export async function* itemsOf<Item>(
  list: ListOf<Item>,
  source: PageSource,
): AsyncGenerator<Item, void, undefined> {
  const pages = await import("./list-pages.js");
  yield* pages.itemsOf(list, source);
}
