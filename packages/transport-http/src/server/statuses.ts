import type { HttpHeaders } from "@towpath/mcp-core/http";
import { RETRY_AFTER } from "@towpath/mcp-core/http-server";
import {
  ErrorCode,
  isObject,
  McpErrorCode,
  TowpathErrorCode,
  type Era,
  type Reply,
} from "@towpath/mcp-core/transport";

/** Codes that say what is wrong with a request as such, whatever its method (2026-07-28, Streamable HTTP; Base Protocol). */
const STATELESS: ReadonlyMap<number, number> = new Map([
  [McpErrorCode.headerMismatch, 400],
  [McpErrorCode.missingRequiredClientCapability, 400],
  [McpErrorCode.unsupportedProtocolVersion, 400],
]);

/** Codes that say so only where no method has begun: a method's own errors may have the same. */
const REFUSED: Readonly<Record<Era, ReadonlyMap<number, number>>> = {
  handshake: new Map<number, number>([
    [ErrorCode.invalidRequest, 400],
    // What a server of the stateless era alone says to clients of the other.
    [McpErrorCode.headerMismatch, 400],
    [McpErrorCode.unsupportedProtocolVersion, 400],
  ]),
  stateless: new Map<number, number>([
    [ErrorCode.invalidRequest, 400],
    [ErrorCode.invalidParams, 400],
    [ErrorCode.methodNotFound, 404],
  ]),
};

const OVERLOADED: ReadonlyMap<number, number> = new Map([
  [TowpathErrorCode.busy, 503],
  [TowpathErrorCode.shuttingDown, 503],
  [TowpathErrorCode.rateLimited, 429],
]);

/** The HTTP status of a reply that is sent whole: 200, unless the request itself was not acceptable. */
export function statusOf({ error, refused }: Reply, era: Era): number {
  if (error === undefined) return 200;
  const byCode = refused === true ? REFUSED[era].get(error.code) : undefined;
  return (
    byCode ??
    OVERLOADED.get(error.code) ??
    (era === "stateless" ? STATELESS.get(error.code) : undefined) ??
    200
  );
}

/** When to come again, with a status that asks for it: in whole seconds (RFC 9110, section 10.2.3). */
export function retryAfterOf(status: number, reply: Reply | undefined): HttpHeaders | undefined {
  if (status !== 503 && status !== 429) return undefined;
  const data = reply?.error?.data;
  const ms = isObject(data) ? data["retryAfterMs"] : undefined;
  return typeof ms === "number" && ms > 0 ? { "retry-after": String(Math.ceil(ms / 1000)) } : RETRY_AFTER;
}
