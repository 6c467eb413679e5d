import type { Exchange, MaybePromise } from "../contract/index.js";
import type { Reply } from "../jsonrpc/encode.js";
import { errorReply } from "../jsonrpc/encode.js";
import type { JsonRpcRequest, RequestId } from "../jsonrpc/messages.js";
import { BusyError, ShuttingDownError } from "../protocol/errors.js";
import type { ConnectionLimits } from "./limits.js";
import { isPromise } from "../protocol/promises.js";
import { overloaded, Share, type Load } from "./load.js";

/** How a message came, where each comes in its own way, as in an HTTP request. */
export interface Arrival extends Pick<Exchange, "principal" | "headers"> {
  /** Bytes or characters of the message. */
  readonly bytes?: number;
}

type Serve = (message: JsonRpcRequest, arrival: Arrival | undefined) => MaybePromise<Reply | undefined>;

interface Waiting {
  readonly message: JsonRpcRequest;
  readonly arrival: Arrival | undefined;
  readonly settle: (reply: MaybePromise<Reply | undefined>) => void;
}

/** The method whose exchange lasts as long as the client wants it to. */
export const LISTEN = "subscriptions/listen";

/** The method that is to be answered promptly, whatever else goes on (Ping, Behavior Requirements). */
export const PING = "ping";

/** Pings served past `maxInFlight`. One takes a place only where middleware makes it take time. */
export const PINGS_PAST_LIMIT = 16;

/**
 * Decides when a request is served: at once while there is room, later when a place is free, never when
 * too many wait. Nothing it accepted is lost, and reading never has to stop for it.
 */
export class Admission {
  readonly #limits: ConnectionLimits;
  readonly #serve: Serve;
  readonly #load: Load | undefined;
  /** There once a request was counted. */
  #share: Share | undefined;
  /** There once one had to wait: most connections never have so much at once. */
  #waiting: Set<Waiting> | undefined;
  #inFlight = 0;
  #listens = 0;
  #refusing = false;
  #held = false;

  /** @param load what this and other connections cost together, if that is bounded */
  constructor(limits: ConnectionLimits, serve: Serve, load?: Load) {
    this.#limits = limits;
    this.#serve = serve;
    this.#load = load;
  }

  admit(message: JsonRpcRequest, arrival?: Arrival): MaybePromise<Reply | undefined> {
    if (this.#load === undefined || message.method === PING) return this.#admit(message, arrival);
    const share = (this.#share ??= new Share(this.#load));
    const requests = message.method === LISTEN ? 0 : 1;
    const { bytes = 0 } = arrival ?? {};
    if (!share.take(requests, bytes)) return overloaded(message);
    const reply = this.#admit(message, arrival);
    if (!isPromise(reply)) {
      share.give(requests, bytes);
      return reply;
    }
    return reply.then((ended) => {
      share.give(requests, bytes);
      return ended;
    });
  }

  #admit(message: JsonRpcRequest, arrival: Arrival | undefined): MaybePromise<Reply | undefined> {
    if (this.#refusing) return errorReply(message.id, new ShuttingDownError().toJSON());
    if (message.method === LISTEN) return this.#listen(message, arrival);
    if (this.#hasRoom() || this.#pressing(message)) return this.#begin(message, arrival);
    const waiting = (this.#waiting ??= new Set());
    if (waiting.size >= this.#limits.maxQueued) return this.#refuse(message);
    return new Promise((settle) => waiting.add({ message, arrival, settle }));
  }

  /** Forgets requests that were cancelled before they began. */
  cancel(id: unknown): void {
    for (const waiting of this.#waiting ?? []) {
      if (waiting.message.id !== id) continue;
      this.#waiting?.delete(waiting);
      waiting.settle(undefined);
    }
  }

  /** Begins nothing new until `resume`, but pings: the peer does not read the replies it has already. */
  hold(): void {
    this.#held = true;
  }

  resume(): void {
    this.#held = false;
    this.#next();
  }

  /** Refuses new requests from now on; those accepted before are served still. */
  refuseNew(): void {
    this.#refusing = true;
  }

  /** Drops what waits; nobody is there to answer any more. */
  abandon(): void {
    this.#refusing = true;
    for (const waiting of this.#waiting ?? []) waiting.settle(undefined);
    this.#waiting?.clear();
  }

  #begin(message: JsonRpcRequest, arrival: Arrival | undefined): MaybePromise<Reply | undefined> {
    const reply = this.#serve(message, arrival);
    return isPromise(reply) ? this.#count(reply) : reply;
  }

  #count(reply: Promise<Reply | undefined>): Promise<Reply | undefined> {
    this.#inFlight += 1;
    return reply.then((ended) => {
      this.#inFlight -= 1;
      this.#next();
      return ended;
    });
  }

  #next(): void {
    for (const waiting of this.#waiting ?? []) {
      if (!this.#hasRoom()) return;
      this.#waiting?.delete(waiting);
      // Counted even if it is there at once, so that its reply is written before many more begin.
      waiting.settle(this.#count(Promise.resolve(this.#serve(waiting.message, waiting.arrival))));
    }
  }

  #hasRoom(): boolean {
    return !this.#held && this.#inFlight < this.#limits.maxInFlight;
  }

  #pressing({ method }: JsonRpcRequest): boolean {
    return method === PING && this.#inFlight < this.#limits.maxInFlight + PINGS_PAST_LIMIT;
  }

  #listen(message: JsonRpcRequest, arrival: Arrival | undefined): MaybePromise<Reply | undefined> {
    if (this.#listens >= this.#limits.maxListens) {
      const { maxListens } = this.#limits;
      return busy(
        message.id,
        `This connection has ${String(maxListens)} subscriptions open, the most it may have`,
      );
    }
    const reply = this.#serve(message, arrival);
    if (!isPromise(reply)) return reply;
    this.#listens += 1;
    return reply.then((ended) => {
      this.#listens -= 1;
      return ended;
    });
  }

  #refuse(message: JsonRpcRequest): Reply {
    const { maxInFlight, maxQueued } = this.#limits;
    const text = `${String(maxInFlight)} requests are in flight and ${String(maxQueued)} wait; this one was not begun`;
    return busy(message.id, text);
  }
}

function busy(id: RequestId, message: string): Reply {
  return errorReply(id, new BusyError(message).toJSON());
}
