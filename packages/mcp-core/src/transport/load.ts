import { errorReply, type Reply } from "../jsonrpc/encode.js";
import type { JsonRpcRequest } from "../jsonrpc/messages.js";
import { BusyError } from "../protocol/errors.js";

export interface LoadLimits {
  /** Requests that are being served or wait for it. */
  readonly maxInFlight: number;
  /** Characters of their messages, and of those of open subscriptions. */
  readonly maxInFlightBytes: number;
}

/** No connection may have more than this part of what all may have, so that none keeps the others out. */
const GREATEST_SHARE = 1 / 4;

/** What the requests of several connections cost together, for as long as they are not answered. */
export class Load {
  readonly #limits: LoadLimits;
  #inFlight = 0;
  #bytes = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** Whether so many requests would be taken. What comes alone always has room. */
  hasRoom(requests: number, bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    if (this.#inFlight + requests > maxInFlight) return false;
    return this.#bytes === 0 || this.#bytes + bytes <= maxInFlightBytes;
  }

  /** Whether one connection may have so much. */
  isFair(requests: number, bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    return (
      requests <= Math.max(1, maxInFlight * GREATEST_SHARE) && bytes <= maxInFlightBytes * GREATEST_SHARE
    );
  }

  add(requests: number, bytes: number): void {
    this.#inFlight += requests;
    this.#bytes += bytes;
  }
}

/** What one connection has of it. */
export class Share {
  readonly #load: Load;
  #inFlight = 0;
  #bytes = 0;

  constructor(load: Load) {
    this.#load = load;
  }

  /**
   * Takes the part of a request, or of a subscription, which has bounds of its own and counts by its bytes alone;
   * `false`: there is no room for it.
   */
  take(requests: 0 | 1, bytes: number): boolean {
    const isAlone = this.#inFlight === 0 && this.#bytes === 0;
    if (!this.#load.hasRoom(requests, bytes)) return false;
    if (!isAlone && !this.#load.isFair(this.#inFlight + requests, this.#bytes + bytes)) return false;
    this.#add(requests, bytes);
    return true;
  }

  /** Gives it back. */
  give(requests: 0 | 1, bytes: number): void {
    this.#add(-requests, -bytes);
  }

  #add(requests: number, bytes: number): void {
    this.#inFlight += requests;
    this.#bytes += bytes;
    this.#load.add(requests, bytes);
  }
}

/** The reply to a request for which there was no room. */
export function overloaded({ id }: JsonRpcRequest): Reply {
  const error = new BusyError(
    "Too many requests of this client's, or of all, are in flight; this one was not begun",
  );
  return errorReply(id, error.toJSON());
}
