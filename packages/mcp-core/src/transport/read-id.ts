import { isRequestId } from "../jsonrpc/guards.js";
import type { RequestId } from "../jsonrpc/messages.js";

/** A string, a number, or one structural character; whitespace is skipped between them. */
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\]:,]|true|false|null)/y;

/**
 * Reads the top-level `"id"` from the beginning of a message that was too large to be taken whole, so that
 * the caller can be told. `undefined` when it does not stand in that part.
 */
export function readIdFromHead(head: string): RequestId | undefined {
  TOKEN.lastIndex = 0;
  let depth = 0;
  let previous = "";
  let keyAtTop = "";
  for (let match = TOKEN.exec(head); match !== null; match = TOKEN.exec(head)) {
    const token = match[1] ?? "";
    if (depth === 1 && keyAtTop === '"id"' && previous === ":") return parseId(token, head, TOKEN.lastIndex);
    if (token === ":" && depth === 1) keyAtTop = previous;
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    previous = token;
  }
  return undefined;
}

function parseId(token: string, head: string, end: number): RequestId | undefined {
  // A number that ends where the head ends may have been cut.
  if (end >= head.length && !token.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(token);
    return isRequestId(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
