import { randomBytes } from "node:crypto";
import type { JsonValue } from "@towpath/mcp-core";
import {
  HandlerFailedError,
  LimitError,
  NoAnswerError,
  StateClosedError,
  type RequestOptions,
} from "@towpath/mcp-core/state";
import type { Redis } from "../connection/redis.js";
import { decodeAnswer, encodeQuestion, type Answer } from "./answers.js";
import { after } from "./deadline.js";

interface Pending {
  readonly topic: string;
  readonly resolve: (answer: JsonValue) => void;
  readonly reject: (reason: unknown) => void;
  /** Nodes that were asked, once that is known. */
  asked: number | undefined;
  declined: number;
}

/** The requests of this node that wait for their answer; all answers come in on one channel. */
export class Requests {
  readonly #redis: Redis;
  readonly #max: number;
  readonly #channel: string;
  readonly #pending = new Map<number, Pending>();
  #inbox: Promise<unknown> | undefined;
  #ids = 0;

  constructor(redis: Redis, max: number) {
    this.#redis = redis;
    this.#max = max;
    this.#channel = redis.channel("bus-node", randomBytes(9).toString("base64url"));
  }

  /** Asks those who listen to `channel`; `text` is the message as JSON. */
  async ask(topic: string, channel: string, text: string, options: RequestOptions): Promise<JsonValue> {
    if (this.#pending.size >= this.#max) throw new LimitError("maxRequests", this.#max);
    const { timeoutMs, signal } = options;
    const id = ++this.#ids;
    const onAbort = (): void => this.#pending.get(id)?.reject(signal?.reason);
    const stop = after(timeoutMs, () =>
      this.#fail(id, (name) => new NoAnswerError(name, `none came within ${String(timeoutMs)} ms`)),
    );
    signal?.addEventListener("abort", onAbort);
    try {
      return await new Promise<JsonValue>((resolve, reject) => {
        this.#pending.set(id, { topic, resolve, reject, asked: undefined, declined: 0 });
        this.#send(id, channel, encodeQuestion(id, this.#channel, text)).catch(reject);
      });
    } finally {
      this.#pending.delete(id);
      stop();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  close(): void {
    for (const { reject } of this.#pending.values()) reject(new StateClosedError());
  }

  async #send(id: number, channel: string, question: string): Promise<void> {
    this.#inbox ??= this.#redis.subscribe(this.#channel, (text) => this.#heard(text));
    try {
      await this.#inbox;
    } catch (error) {
      this.#inbox = undefined;
      throw error;
    }
    if (!this.#pending.has(id)) return;
    const asked = await this.#redis.publish(channel, question);
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.asked = asked;
    this.#giveUp(id, pending);
  }

  #heard(text: string): void {
    const decoded = decodeAnswer(text);
    if (decoded === undefined) return;
    const [id, answer] = decoded;
    const pending = this.#pending.get(id);
    if (pending !== undefined) this.#take(id, pending, answer);
  }

  #take(id: number, pending: Pending, answer: Answer): void {
    switch (answer.kind) {
      case "answered":
        pending.resolve(answer.value);
        break;
      case "failed":
        pending.reject(new HandlerFailedError(pending.topic, answer.value));
        break;
      case "declined":
        pending.declined++;
        this.#giveUp(id, pending);
    }
  }

  /** Ends a request of which it is known that nobody will answer. */
  #giveUp(id: number, { asked, declined }: Pending): void {
    if (asked === undefined || declined < asked) return;
    const why = asked === 0 ? "nobody serves it" : "whoever serves it declined";
    this.#fail(id, (topic) => new NoAnswerError(topic, why));
  }

  #fail(id: number, reason: (topic: string) => Error): void {
    const pending = this.#pending.get(id);
    pending?.reject(reason(pending.topic));
  }
}
