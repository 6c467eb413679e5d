import { InvalidParamsError } from "../jsonrpc/errors.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { decodeBase64, encodeBase64 } from "./base64.js";

/** Something a list is made of: its place never changes, and grows with each addition. */
export interface Placed {
  readonly place: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/**
 * One page of a list that is in order of `place`. The cursor holds the place of the last item seen rather
 * than a count, so that items added or removed meanwhile are neither skipped nor repeated. It is the same on
 * every node that registers the same, and no secret: it shows how many were registered before, hidden or not.
 * @throws InvalidParamsError for a cursor that this list did not give out (Pagination, Error Handling).
 */
export function pageOf<Item extends Placed>(
  list: string,
  items: readonly Item[],
  cursor: string | undefined,
  pageSize: number,
): Page<Item> {
  const after = cursor === undefined ? -1 : decodeCursor(list, cursor).place;
  const rest = after < 0 ? items : items.filter((item) => item.place > after);
  const page = rest.slice(0, pageSize);
  const last = page.at(-1);
  return rest.length > page.length && last !== undefined
    ? { items: page, nextCursor: encodeCursor(list, { place: last.place }) }
    : { items: page };
}

export function cursorParam(params: JsonObject): string | undefined {
  const cursor = params["cursor"];
  if (cursor === undefined || typeof cursor === "string") return cursor;
  throw new InvalidParamsError("Invalid params: params.cursor must be a string");
}

/** @param position a place, and what else tells where a list goes on */
export function encodeCursor(list: string, position: Placed & JsonObject): string {
  return encodeBase64(new TextEncoder().encode(JSON.stringify({ list, ...position })));
}

/** @throws InvalidParamsError for a cursor that this list did not give out */
export function decodeCursor(list: string, cursor: string): Placed & JsonObject {
  const decoded = parse(cursor);
  if (isObject(decoded) && decoded["list"] === list && Number.isSafeInteger(decoded["place"])) {
    const place = Number(decoded["place"]);
    if (place >= 0) return { ...decoded, place };
  }
  throw new InvalidParamsError("Invalid params: params.cursor was not given out by this list");
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(decodeBase64(cursor)));
  } catch {
    return undefined;
  }
}
