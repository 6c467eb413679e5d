import type { ServerResponse } from "node:http";
import type { MaybePromise } from "../protocol/promises.js";
import type { EventSink } from "../http/call.js";
import { isClosed, onClose } from "./node-close.js";
import type { Deadlines } from "../http/deadlines.js";
import { NodeDelivery } from "./node-delivery.js";
import { room, type Room } from "../http/room.js";

/** An event stream over a response of node:http. */
export class NodeSink implements EventSink {
  readonly #response: ServerResponse;
  readonly #stalls: Deadlines;
  readonly #maxQueuedBytes: number;
  readonly #onEnd: (delivery: NodeDelivery | undefined) => void;
  /** There once the client has let something wait. */
  #delivery: NodeDelivery | undefined;
  #watched = false;
  /** While there is no room. */
  #room: Room | undefined;

  constructor(
    response: ServerResponse,
    stalls: Deadlines,
    maxQueuedBytes: number,
    onEnd: (delivery: NodeDelivery | undefined) => void,
  ) {
    this.#response = response;
    this.#stalls = stalls;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#onEnd = onEnd;
  }

  /**
   * Sends the head, in one packet with what is written in the same turn. It is written by itself all the same:
   * node:http keeps it, as a text of a few dozen pieces unless it was.
   */
  begin(): void {
    const { socket } = this.#response;
    socket?.cork();
    this.#response.flushHeaders();
    queueMicrotask(() => socket?.uncork());
  }

  write(text: string): MaybePromise<void> {
    if (this.#over) return undefined;
    if (this.#room !== undefined) return this.#queue(text, this.#room);
    if (this.#response.write(text)) return undefined;
    this.#delivery ??= new NodeDelivery(this.#response, this.#stalls);
    this.#delivery.start();
    this.#watch(this.#delivery);
    return (this.#room = room()).promise;
  }

  end(text?: string): void {
    if (this.#over) return;
    this.#response.end(text);
    this.#onEnd(this.#delivery);
    if (this.#room !== undefined && this.#response.writableLength === 0) this.#settle();
  }

  get open(): boolean {
    return !this.#over;
  }

  get #over(): boolean {
    return isClosed(this.#response) || this.#response.writableEnded;
  }

  #queue(text: string, { promise }: Room): MaybePromise<void> {
    // Strings are counted by their characters.
    const bytes = Buffer.from(text);
    if (this.#response.writableLength + bytes.length > this.#maxQueuedBytes) this.#response.destroy();
    else this.#response.write(bytes);
    return promise;
  }

  #watch(delivery: NodeDelivery): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#response.on("drain", () => {
      delivery.stop();
      this.#settle();
    });
    onClose(this.#response, () => {
      delivery.stop();
      this.#settle();
    });
  }

  #settle(): void {
    const waiting = this.#room;
    this.#room = undefined;
    waiting?.resolve();
  }
}
