import { ConnectionLostError, UnreadableResponseError } from "@towpath/mcp-core/http";
import type { Era, EraDetection } from "@towpath/mcp-core/transport";
import { CrossOriginError, HttpStatusError } from "@towpath/mcp-core/http-client";

const MAX_ENDPOINTS = 1_000;
/** A server may have learned the other era meanwhile. */
const REMEMBERED_MS = 3_600_000;

interface Remembered {
  readonly era: Era;
  readonly until: number;
}

/** The era belongs to the server, and not to the client that found it out (Versioning, Backward Compatibility). */
const known = new Map<string, Remembered>();

/** Statuses that say something of the caller, the moment or the way, and nothing of what the server speaks. */
const TELLS_NOTHING: ReadonlySet<number> = new Set([401, 403, 407, 408, 421, 425, 426, 429, 431, 451]);

/**
 * What is known of the server at an endpoint. One origin may have many servers behind it, so each path and query
 * counts as another.
 */
export function erasOf(url: URL): EraDetection {
  const endpoint = url.origin + url.pathname + url.search;
  return {
    recall: () => {
      const remembered = known.get(endpoint);
      return remembered !== undefined && remembered.until > Date.now() ? remembered.era : undefined;
    },
    remember: (era) => {
      known.delete(endpoint);
      if (era === undefined) return;
      known.set(endpoint, { era, until: Date.now() + REMEMBERED_MS });
      const [oldest] = known.keys();
      if (known.size > MAX_ENDPOINTS && oldest !== undefined) known.delete(oldest);
    },
    isHandshake: isOfHandshakeServer,
  };
}

/**
 * A refusal in no words of the stateless era's (2026-07-28, Streamable HTTP, Backward Compatibility), or a success
 * that has no response in it. A browser may refuse for the server: many that are older name the headers which pages
 * may send, and none of that era's.
 */
export function isOfHandshakeServer(failure: unknown): boolean {
  if (failure instanceof ConnectionLostError) return failure.cause instanceof CrossOriginError;
  if (failure instanceof UnreadableResponseError) return true;
  if (!(failure instanceof HttpStatusError)) return false;
  const { status } = failure;
  return isSuccess(status) || (status >= 400 && status < 500 && !TELLS_NOTHING.has(status));
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
