import type { Duplex } from "node:stream";
import { Deadlines } from "@towpath/mcp-core/http";
import {
  systemClock,
  type Clock,
  type CloseReason,
  type MaybePromise,
  type Scheduled,
} from "@towpath/mcp-core/transport";
import type { WebSocket } from "ws";
import { Budget } from "../budget.js";
import { CloseCode, isDeliberate, WebSocketClosedError } from "../close-codes.js";
import { LOOKING_MS, Outbox, type OutboxLimits } from "./outbox.js";
import { Pulse } from "./pulse.js";

/** Bytes of an unfinished message, from which on it counts among those of all connections. */
const COUNTED_FROM = 64 * 1024;

/** What each piece of an unfinished message costs besides its bytes: they may come one by one. */
const PIECE_BYTES = 128;

/** How `ws` calls it. */
const TOO_LONG: ReadonlySet<string> = new Set([
  "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
  "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
]);

/** How long a peer that has said goodbye may take to end the connection, in ms. */
const LEAVING_MS = 100;

export interface ChannelLimits extends OutboxLimits {
  /** Only for what is said of longer ones: `ws` keeps it. */
  readonly maxMessageBytes: number;
  readonly maxTotalMessageBytes: number;
  readonly maxTotalQueuedBytes: number;
}

/** What the connections of one server, or one connection of a client's, have in common. */
export class ChannelGroup {
  readonly limits: ChannelLimits;
  readonly clock: Clock;
  readonly queued: Budget;
  readonly unfinished: Budget;
  readonly pings: Deadlines;
  readonly looking: Deadlines;

  constructor(limits: ChannelLimits, pingMs: number, clock: Clock = systemClock) {
    this.limits = limits;
    this.clock = clock;
    this.queued = new Budget(limits.maxTotalQueuedBytes);
    this.unfinished = new Budget(limits.maxTotalMessageBytes);
    this.pings = new Deadlines(pingMs, clock);
    this.looking = new Deadlines(Math.min(LOOKING_MS, limits.stallTimeoutMs), clock);
  }
}

export interface ChannelEvents {
  /** A message came. */
  text(json: string): void;
  /** Nothing more comes, and nothing can be sent. Called once, at the latest when the socket has closed. */
  over(reason: CloseReason): void;
  /** The socket has closed. Called once. */
  closed(): void;
}

/** One WebSocket of `ws`, at either end: text both ways, pings, and an end with a reason. */
export class Channel {
  readonly #ws: WebSocket;
  readonly #group: ChannelGroup;
  readonly #events: ChannelEvents;
  readonly #outbox: Outbox;
  readonly #pulse: Pulse;
  /** Bytes that came since the last message that is here whole. */
  #partial = 0;
  /** A close frame has gone out, or come. */
  #closing = false;
  #leaving: Scheduled | undefined;
  #isOver = false;

  constructor(ws: WebSocket, socket: Duplex, group: ChannelGroup, events: ChannelEvents) {
    this.#ws = ws;
    this.#group = group;
    this.#events = events;
    const { limits, queued, looking, clock } = group;
    this.#outbox = new Outbox({
      ws,
      socket,
      limits,
      queued,
      looking,
      clock,
      onStuck: (why) => this.fail(CloseCode.policy, why),
    });
    this.#pulse = new Pulse(
      group.pings,
      () => ws.ping(),
      () => this.#die(),
    );
    socket.prependListener("data", this.#arrived);
    socket.on("data", this.#taken);
    ws.on("message", this.#message);
    ws.on("error", (error: Error) => this.#broke(error));
    ws.once("close", (code: number, reason: Buffer) => this.#closed(code, reason.toString()));
  }

  /** Returns nothing while there is room for more, else a promise: see {@link Outbox.send}. */
  send(json: string): MaybePromise<void> {
    return this.#outbox.send(json);
  }

  /** Says goodbye, behind all that was sent. The peer has a moment to say so, too. */
  close(code: number, reason = ""): void {
    this.#closing = true;
    this.#ws.close(code, reason);
  }

  /** Ends it for something the peer has done: what is still to come of it counts no more. */
  fail(code: number, reason: string): void {
    if (this.#isOver) return;
    this.close(code, reason);
    this.#end({ kind: "lost", error: new Error(`The connection was ended: ${reason} (${String(code)})`) });
  }

  /** Ends it at once, and says nothing. */
  terminate(): void {
    this.#ws.terminate();
  }

  /** Called before `ws` takes the same bytes. */
  readonly #arrived = (chunk: Buffer): void => {
    this.#pulse.beat();
    const before = this.#partial;
    this.#partial += chunk.length + PIECE_BYTES;
    if (this.#partial <= COUNTED_FROM) return;
    if (this.#ws.readyState !== this.#ws.OPEN) {
      this.#partial = before; // nothing of it is kept any more
      return;
    }
    const { unfinished } = this.#group;
    unfinished.used += before > COUNTED_FROM ? this.#partial - before : this.#partial;
    if (unfinished.exceeded) this.fail(CloseCode.policy, "too much is being received, from all together");
  };

  /** Called behind `ws`, which answers a close frame and then waits for the peer to end the connection. */
  readonly #taken = (): void => {
    if (this.#ws.readyState !== this.#ws.CLOSING || this.#closing || this.#isOver) return;
    this.#closing = true;
    // Only then does `ws` tell of the code. Whoever has said goodbye waits for nothing.
    this.#leaving = systemClock.schedule(LEAVING_MS, () => this.#ws.terminate());
  };

  readonly #message = (data: Buffer, isBinary: boolean): void => {
    this.#forgetPartial();
    if (this.#isOver) return;
    if (isBinary) this.fail(CloseCode.unsupported, "messages are text, not binary frames");
    else this.#events.text(data.toString());
  };

  #forgetPartial(): void {
    if (this.#partial > COUNTED_FROM) this.#group.unfinished.used -= this.#partial;
    this.#partial = 0;
  }

  #die(): void {
    this.#broke(new Error("nothing came any more, not even an answer to pings"));
    this.#ws.terminate();
  }

  /** By what came, which `ws` answers with a close frame of its own, or by the socket. */
  #broke(error: NodeJS.ErrnoException): void {
    const { maxMessageBytes } = this.#group.limits;
    const said = TOO_LONG.has(error.code ?? "")
      ? `a message of more than ${String(maxMessageBytes)} bytes came (maxMessageBytes)`
      : error.message;
    this.#end({ kind: "lost", error: new Error(`the WebSocket broke: ${said}`, { cause: error }) });
  }

  #closed(code: number, reason: string): void {
    this.#pulse.stop();
    this.#leaving?.cancel();
    this.#forgetPartial();
    const error = new WebSocketClosedError(code, reason);
    this.#end({ kind: isDeliberate(code) ? "closed" : "lost", error });
    this.#events.closed();
  }

  #end(reason: CloseReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outbox.end(reason.error ?? new Error("The WebSocket was closed"));
    this.#events.over(reason);
  }
}
