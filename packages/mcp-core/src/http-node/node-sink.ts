import type { ServerResponse } from "node:http";
import type { MaybePromise } from "../protocol/promises.js";
import type { EventSink } from "../http/call.js";
import { isClosed, onClose } from "./node-close.js";
import type { NodeDelivery } from "./node-delivery.js";
import { room, type Room } from "../http/room.js";

/** An event stream over a response of node:http. */
export class NodeSink implements EventSink {
  readonly #response: ServerResponse;
  readonly #delivery: NodeDelivery;
  readonly #maxQueuedBytes: number;
  readonly #onEnd: () => void;
  #begun = false;
  #watched = false;
  /** While there is no room. */
  #room: Room | undefined;

  constructor(response: ServerResponse, delivery: NodeDelivery, maxQueuedBytes: number, onEnd: () => void) {
    this.#response = response;
    this.#delivery = delivery;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#onEnd = onEnd;
  }

  /** Sends the head: with what is written in the same turn in one packet, else alone. */
  begin(): void {
    queueMicrotask(() => {
      if (!this.#begun && !this.#over) this.#response.flushHeaders();
    });
  }

  write(text: string): MaybePromise<void> {
    if (this.#over) return undefined;
    this.#begun = true;
    if (this.#room !== undefined) return this.#queue(text, this.#room);
    if (this.#response.write(text)) return undefined;
    this.#delivery.start();
    this.#watch();
    return (this.#room = room()).promise;
  }

  end(text?: string): void {
    if (this.#over) return;
    this.#response.end(text);
    this.#onEnd();
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

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#response.on("drain", () => {
      this.#delivery.stop();
      this.#settle();
    });
    onClose(this.#response, () => {
      this.#delivery.stop();
      this.#settle();
    });
  }

  #settle(): void {
    const waiting = this.#room;
    this.#room = undefined;
    waiting?.resolve();
  }
}
