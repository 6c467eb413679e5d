import type { Exchange, Principal, ReadonlyHeaders } from "../contract/index.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import type { ClientCapabilities, TraceContext } from "../protocol/types.js";
import type { Caller } from "./caller.js";
import type { Logger } from "./logger.js";

/** What everything that has to do with a request sees of it. All of it may be taken apart by destructuring. */
export interface BaseContext {
  readonly requestId: RequestId;
  readonly method: string;
  /** Aborted when the client cancelled the request or is gone. */
  readonly signal: AbortSignal;
  /** Who asks: era, revision, capabilities, and name and version as the client reports them, unverified. */
  readonly client: Caller;
  /** What it came over, as in `stdio`, `streamable-http`, `sse`, `websocket`. */
  readonly transport: string;
  /** Who was authenticated, if anyone. */
  readonly principal: Principal | undefined;
  /** The HTTP request's headers, where there was one. */
  readonly headers: ReadonlyHeaders | undefined;
  /** `params._meta` of the request. */
  readonly meta: JsonObject;
  /** The caller's W3C trace context, to be passed on. */
  readonly trace: TraceContext;
  readonly log: Logger;
  /**
   * Reports progress to a client that asked for it; does nothing otherwise. Values that do not increase
   * are left out (Progress, Progress Flow). Settles when the client's side accepted it, so awaiting it
   * slows a handler down to what the client can read.
   * @throws TypeError when `progress` or `total` is not a finite number
   */
  readonly progress: (progress: number, total?: number, message?: string) => Promise<void>;
  /** @throws MissingClientCapabilityError naming what the client did not declare */
  readonly require: (capabilities: ClientCapabilities) => void;
  /**
   * Asks the client for a sign of life. In the stateless era, which has no `ping`, it settles at once:
   * the request itself is the sign. Rejects with `AskTimeoutError` after `askTimeoutMs` of the server's
   * options, and with the reason when the request is cancelled or over before.
   */
  readonly ping: () => Promise<void>;
  /**
   * Ends the connection on which this request is being answered, while its handler goes on: the client comes
   * back for what follows after `retryMs` (default: what the transport says). Spares both sides a connection
   * that would be idle for long. Does nothing where answers do not travel on a stream that can be resumed
   * (2025-11-25, Transports, Sending Messages to the Server). Throws `RangeError` when `retryMs` is no whole number.
   */
  readonly closeStream: (options?: { readonly retryMs?: number }) => void;
}

/** What a method of an extension sees besides. */
export interface MethodContext extends BaseContext {
  /** The way back for notifications that belong to the request; none may follow its response. */
  readonly exchange: Exchange;
  /**
   * Who sent it: the session, or where there is none, the connection. In the stateless era over HTTP every request has
   * one of its own.
   */
  readonly recipient: string;
  /**
   * Sends the client a request, in the handshake era, and settles with its result.
   * @throws InvalidRequestError where the client did not declare what the method needs, cannot be sent
   *   requests (the stateless era), or the request served is over
   * @throws AskTimeoutError after the server's `askTimeoutMs`; an AbortError when the request ends before
   */
  request(method: string, params?: JsonObject): Promise<JsonObject>;
  /** For exchanges that last: settles when the client gave up, or the server asks for an end. */
  untilEnded(): Promise<void>;
}
