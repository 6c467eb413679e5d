import { BusyError } from "../protocol/errors.js";
import type { JsonRpcRequest } from "../jsonrpc/messages.js";
import { errorReply, type Reply } from "../jsonrpc/encode.js";

export interface LoadLimits {
  /** Requests that are being served or wait for it. */
  readonly maxInFlight: number;
  /** Characters of their messages. */
  readonly maxInFlightBytes: number;
}

/** What the requests of several connections cost together, for as long as they are not answered. */
export class Load {
  readonly #limits: LoadLimits;
  #inFlight = 0;
  #bytes = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** Whether so many requests would be taken. */
  hasRoom(requests: number, bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    if (this.#inFlight + requests > maxInFlight) return false;
    return this.#inFlight === 0 || this.#bytes + bytes <= maxInFlightBytes;
  }

  /** Takes a request's part; `false`: there is no room for it. What comes alone always has room. */
  take(bytes: number): boolean {
    if (!this.hasRoom(1, bytes)) return false;
    this.#inFlight += 1;
    this.#bytes += bytes;
    return true;
  }

  /** Gives it back. */
  give(bytes: number): void {
    this.#inFlight -= 1;
    this.#bytes -= bytes;
  }

  /** The reply to a request for which there was no room. */
  refuse({ id }: JsonRpcRequest): Reply {
    const text = `${String(this.#inFlight)} requests of all clients are in flight; this one was not begun`;
    return errorReply(id, new BusyError(text).toJSON());
  }
}
