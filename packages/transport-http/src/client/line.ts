import type { Deadlines } from "@towpath/mcp-core/http";
import type { JsonRpcRequest, MessageReceiver } from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import type { Exchange } from "./exchange.js";
import type { ClientSettings } from "./options.js";

/** What the parts of one connection share. */
export interface Line {
  readonly channel: Channel;
  readonly settings: ClientSettings;
  readonly receiver: MessageReceiver;
  /** Streams on which something has to come from time to time. */
  readonly idle: Deadlines;
  /** Streams that have brought what they were for, and are the server's to end. */
  readonly lingering: Deadlines;
  readonly takesBatches: boolean;
  /** The server is there. */
  answered(): void;
  /** The answer to `initialize` came with a session. */
  sessionBegun(id: string): void;
  /** A request of the handshake era is no longer wanted; the server is to be told. */
  cancelled(message: JsonRpcRequest, reason: string): void;
  /** A request is no longer in flight. */
  settled(exchange: Exchange): void;
  /** The server no longer knows the session (2025-11-25, Transports, Session Management). */
  sessionEnded(cause: Error): void;
}
