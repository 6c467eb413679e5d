import type { ReadonlyHeaders } from "../contract/index.js";
import {
  DEFAULT_MAX_CONNECTIONS,
  type AnswerListener,
  type Connector,
  type OpenCall,
  type OutgoingCall,
} from "./connector.js";
import { pageOrigin } from "./cross-origin.js";

/**
 * Calls of a page at a time that a server may ask something before it answers. Over HTTP/1.1 a browser makes six
 * connections to a host for all its pages, and lets further requests wait: one is left for the standing stream, and
 * one for the answers without which none of the others would end.
 */
const MAX_ASKING = 4;

interface Limit {
  readonly max: number;
  readonly counts: (call: OutgoingCall) => boolean;
}

/** The same connector, with calls that wait while there are too many. `maxConnections` is as in the options. */
export function limited(connector: Connector, maxConnections: number | undefined): Connector {
  return new LimitedConnector(connector, limitOf(maxConnections));
}

function limitOf(max: number | undefined): Limit {
  if (max === undefined && pageOrigin() !== undefined)
    return { max: MAX_ASKING, counts: ({ mayAsk }) => mayAsk === true };
  return { max: max ?? DEFAULT_MAX_CONNECTIONS, counts: ({ pool }) => pool === "requests" };
}

class LimitedConnector implements Connector {
  readonly #connector: Connector;
  readonly #limit: Limit;
  readonly #seated = new Set<Seat>();
  readonly #waiting = new Set<Seat>();

  constructor(connector: Connector, limit: Limit) {
    this.#connector = connector;
    this.#limit = limit;
  }

  send(call: OutgoingCall, listener: AnswerListener): OpenCall {
    const { max, counts } = this.#limit;
    if (!counts(call)) return this.#connector.send(call, listener);
    const seat = new Seat(call, listener, (left) => {
      this.#left(left);
    });
    if (this.#seated.size < max) this.#admit(seat);
    else this.#waiting.add(seat);
    return seat;
  }

  close(): void {
    this.#waiting.clear();
    this.#connector.close();
  }

  #admit(seat: Seat): void {
    this.#seated.add(seat);
    seat.send(this.#connector);
  }

  #left(seat: Seat): void {
    this.#waiting.delete(seat);
    if (!this.#seated.delete(seat)) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#admit(next);
  }
}

/** A call from when it is wanted until it is over. */
class Seat implements AnswerListener, OpenCall {
  readonly #call: OutgoingCall;
  readonly #listener: AnswerListener;
  readonly #left: (seat: Seat) => void;
  #open: OpenCall | undefined;

  constructor(call: OutgoingCall, listener: AnswerListener, left: (seat: Seat) => void) {
    this.#call = call;
    this.#listener = listener;
    this.#left = left;
  }

  send(connector: Connector): void {
    this.#open = connector.send(this.#call, this);
  }

  get isUnsent(): boolean {
    return this.#open === undefined || this.#open.isUnsent === true;
  }

  abort(): void {
    this.#open?.abort();
    this.#left(this);
  }

  head(status: number, headers: ReadonlyHeaders, from?: URL): void {
    this.#listener.head(status, headers, from);
  }

  text(piece: string): void {
    this.#listener.text(piece);
  }

  end(): void {
    this.#left(this);
    this.#listener.end();
  }

  fail(error: Error, sent: boolean): void {
    this.#left(this);
    this.#listener.fail(error, sent);
  }

  refuse(error: Error): void {
    this.#left(this);
    this.#listener.refuse(error);
  }
}
