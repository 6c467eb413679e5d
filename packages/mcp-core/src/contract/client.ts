import type {
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
} from "../jsonrpc/messages.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Era, Revision } from "../protocol/revisions.js";
import type { CloseReason } from "./server.js";

/** Connects a client to one server. `connect` may be called again after a connection ended. */
export interface ClientTransport {
  readonly name: string;
  /**
   * Rejects with the reason when the server cannot be reached.
   * @param closing aborted when no connection is wanted any more: what is being opened need not be waited for
   */
  connect(receiver: MessageReceiver, closing?: AbortSignal): Promise<ClientConnection>;
  /** How often a connection that was lost may be opened again. Absent: never. */
  readonly reconnect?: ReconnectBudget;
  /** What the transport can tell of the server's era besides what the server answers. Absent: nothing. */
  readonly eras?: EraDetection;
  /**
   * Values of requests are repeated where they are seen without reading the message: every request of the
   * stateless era is handed over with its {@link MirroredHeaders}, and tools whose annotations for them are
   * not valid are left out of lists (2026-07-28, Streamable HTTP, Request Metadata).
   */
  readonly mirrors?: true;
}

/** At most `attempts` new connections within any `windowMs`; with pauses, another one every `maxDelayMs` once they are spent. */
export interface ReconnectBudget {
  readonly attempts: number;
  readonly windowMs: number;
  /** Requests that were lost with a connection are sent once more on the next, where that does nothing twice. */
  readonly repeats?: true;
  /**
   * How long to wait after an attempt that failed before the next, in ms; each further pause is twice as long, and
   * a random part of it shorter. Absent: an attempt that fails is not repeated, but by the next call.
   */
  readonly delayMs?: number;
  /** The longest pause, in ms. Default: that of the first. */
  readonly maxDelayMs?: number;
  /** Whether an attempt that failed so may succeed the next time, where it was not the server that refused. Default: it may. */
  readonly mayPass?: (failure: unknown) => boolean;
  /** It is opened again as soon as it is lost, and not only for the next call: the server may speak at any time. */
  readonly eager?: true;
}

export interface EraDetection {
  /** What was found out before, also by other clients of the same server. */
  recall(): Era | undefined;
  /** Takes what was found out; `undefined`: what was remembered has turned out wrong. */
  remember(era: Era | undefined): void;
  /** Whether the way in which the first request of the stateless era failed tells of a server of the other one. */
  isHandshake(failure: unknown): boolean;
}

/** Header names, as in `Mcp-Name`, and the values for them, encoded. */
export type MirroredHeaders = Readonly<Record<string, string>>;

/** Takes what the server sends: notifications, and in the handshake era requests. */
export interface MessageReceiver {
  message(message: JsonRpcMessage): void;
  /** Something that is no MCP message arrived and was skipped; says what. */
  noise(description: string): void;
}

export interface ClientConnection {
  /**
   * Sends a request. Its response settles with the server's answer, be it a result or an error, and
   * rejects with a `ConnectionLostError` as soon as it is known that no answer can come. Nothing the
   * server sends for it reaches the receiver before this returns.
   */
  request(message: JsonRpcRequest, mirrored?: MirroredHeaders): ClientExchange;
  /** Settles when the message was accepted; rejects when it never will be. */
  notify(message: JsonRpcNotification): MaybePromise<void>;
  /** Answers a request of the server's. */
  answer(message: JsonRpcResponse): MaybePromise<void>;
  /** Tells which revision is spoken from now on. */
  negotiated(revision: Revision): void;
  /** Settles when the connection is over, with the reason. Never rejects. */
  readonly closed: Promise<CloseReason>;
  close(): Promise<void>;
}

export interface ClientExchange {
  readonly response: Promise<JsonRpcResponse>;
  /**
   * Gives up: tells the server in the way of the transport and the era, and settles `response` no more.
   * Does nothing once the response is there.
   */
  cancel(reason: string): void;
}
