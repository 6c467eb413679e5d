import { canonicalJson } from "../../jsonrpc/canonical-json.js";
import type { JsonObject } from "../../jsonrpc/messages.js";

/** Whose results may be served to whom: everyone of a `server`, or one `owner` of it. */
export interface Owner {
  readonly server: string | number;
  /** A principal, or the number of a client that has none; `undefined` for public results. */
  readonly owner: string | number | undefined;
}

/** One text for requests that must have the same answer (Caching, Cache Key). */
export function cacheKey({ server, owner }: Owner, method: string, params: JsonObject): string {
  const { _meta, ...given } = params;
  return canonicalJson([server, owner ?? null, method, given]);
}
