import { ErrorCode, ProtocolError } from "../jsonrpc/errors.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { InvalidResultError } from "../protocol/client-errors.js";
import type { ListOf, PageSource } from "./lists.js";

/** Pages a list may have before it is taken to be endless. */
const MAX_PAGES = 10_000;

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
