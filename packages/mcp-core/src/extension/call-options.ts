import type { JsonObject } from "../jsonrpc/messages.js";
import type { Progress } from "../protocol/types.js";

/**
 * How long to wait for an answer, in ms; `Infinity` for ever. Where a server asks before it answers, each
 * round has this time anew: what a person takes to answer is not the server's.
 */
export interface Timeouts {
  /**
   * Without an answer or progress. While this client is answering a question of the server's, no call in
   * flight counts as idle. Of a task, for each time the server is asked how it stands. Default: 60,000.
   */
  readonly timeoutMs?: number;
  /** In all, whatever the progress. Default: 3,600,000. */
  readonly maxTotalTimeoutMs?: number;
}

/** `default` serves what is fresh; `reload` asks the server, and keeps its answer; `no-store` does neither. */
export type CacheMode = "default" | "reload" | "no-store";

export interface CallOptions extends Timeouts {
  /** Asks for progress, and takes it. */
  readonly onProgress?: (progress: Progress) => void;
  /** Gives up: the server is told to stop, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Further `_meta`, such as a W3C trace context. */
  readonly meta?: JsonObject;
  /** Whether a result that is kept will do. Default: `default`, which serves it while it is fresh. */
  readonly cache?: CacheMode;
  /** How often this call may be answered with questions. Default: as the client has it. */
  readonly maxRounds?: number;
}
