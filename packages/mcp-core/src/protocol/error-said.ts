import { ProtocolError } from "../jsonrpc/errors.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonRpcErrorObject } from "../jsonrpc/messages.js";
import { RateLimitedError, RequestLostError, TowpathErrorCode } from "./errors.js";

/** An error as the server said it; of those that say something to every request, as what it is. */
export function errorSaid({ code, message, data }: JsonRpcErrorObject): ProtocolError {
  const retryAfterMs = code === TowpathErrorCode.rateLimited && isObject(data) && data["retryAfterMs"];
  if (typeof retryAfterMs === "number") return new RateLimitedError(message, retryAfterMs);
  if (code === TowpathErrorCode.requestLost)
    return new RequestLostError({ message, ...(data !== undefined && { data }) });
  return new ProtocolError(code, message, data);
}
