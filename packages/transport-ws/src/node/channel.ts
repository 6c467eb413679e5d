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

/** Of a control frame, and of the mask that each frame of a client's has (RFC 6455, section 5.2), in bytes. */
const CONTROL_HEAD_BYTES = 2;
const MASK_BYTES = 4;

export interface ChannelLimits extends OutboxLimits {
  /** Only for what is said of longer ones: `ws` keeps it. */
  readonly maxMessageBytes: number;
  readonly maxTotalMessageBytes: number;
  readonly maxTotalQueuedBytes: number;
}

/** What the connections of one server, or one connection of a client's, have in common. */
export class ChannelGroup {
  readonly limits: ChannelLimits;
  readonly peersMask: boolean;
  readonly clock: Clock;
  readonly queued: Budget;
  readonly unfinished: Budget;
  readonly pings: Deadlines;
  readonly looking: Deadlines;

  /** @param peersMask whether the other side masks what it sends, as clients do */
  constructor(limits: ChannelLimits, pingMs: number, peersMask: boolean, clock: Clock = systemClock) {
    this.limits = limits;
    this.peersMask = peersMask;
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
  /** The same before the latest piece. */
  #before = 0;
  /** Bytes of the latest piece that were control frames. */
  #control = 0;
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
    const head = CONTROL_HEAD_BYTES + (group.peersMask ? MASK_BYTES : 0);
    for (const event of ["ping", "pong"] as const)
      ws.on(event, ({ length }: Buffer) => (this.#control += head + length));
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
    this.#before = this.#partial;
    this.#control = 0;
    if (this.#ws.readyState !== this.#ws.OPEN) return; // nothing of it is kept any more
    this.#book(this.#partial + chunk.length + PIECE_BYTES);
    if (this.#partial > COUNTED_FROM && this.#group.unfinished.exceeded)
      this.fail(CloseCode.policy, "too much is being received, from all together");
  };

  /** Called behind `ws`, which answers a close frame and then waits for the peer to end the connection. */
  readonly #taken = (chunk: Buffer): void => {
    // A piece of nothing but whole control frames is part of no message.
    if (this.#control === chunk.length) this.#book(this.#before);
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
    this.#book(0);
    this.#before = 0;
  }

  #book(partial: number): void {
    this.#group.unfinished.used += counted(partial) - counted(this.#partial);
    this.#partial = partial;
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

const counted = (partial: number): number => (partial > COUNTED_FROM ? partial : 0);
