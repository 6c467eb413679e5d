import type { JsonValue } from "@towpath/mcp-core";
import {
  decode,
  encode,
  LimitError,
  positive,
  StateClosedError,
  type Bus,
  type BusHandler,
  type BusListener,
  type RequestOptions,
  type SubscribeOptions,
  type Unsubscribe,
} from "@towpath/mcp-core/state";
import type { Redis } from "../connection/redis.js";
import { decodeQuestion, encodeAnswer, type Answer } from "./answers.js";
import { Requests } from "./requests.js";
import { Topics, type Member } from "./topics.js";

export interface RedisBusOptions {
  /** Requests of this node that wait for their answer. */
  readonly maxRequests: number;
  /** Subscriptions and services of this node. */
  readonly maxSubscriptions: number;
  /** Bytes of a message, as JSON in UTF-8. */
  readonly maxMessageBytes: number;
  /** Told of an error that a listener threw, or of an answer that could not be sent. What it throws is dropped. */
  readonly onError: (error: unknown, topic: string) => void;
}

// What a handler's error may say to whoever asked.
const MAX_FAILURE_LENGTH = 4096;

/** Messages between nodes by `PUBLISH`: nothing is stored. */
export class RedisBus implements Bus {
  readonly #redis: Redis;
  readonly #onError: (error: unknown, topic: string) => void;
  readonly #listeners: Topics<BusListener>;
  readonly #handlers: Topics<BusHandler>;
  readonly #requests: Requests;
  readonly #maxSubscriptions: number;
  readonly #maxMessageBytes: number;
  readonly #offBack: () => void;
  #closed = false;

  constructor(redis: Redis, options: RedisBusOptions) {
    this.#redis = redis;
    this.#onError = guarded(options.onError);
    this.#maxSubscriptions = options.maxSubscriptions;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#requests = new Requests(redis, options.maxRequests);
    this.#listeners = new Topics(redis, {
      kind: "topic",
      heard: (topic, members, text) => {
        for (const member of members) void this.#deliver(topic, member, text);
      },
    });
    this.#handlers = new Topics(redis, {
      kind: "ask",
      heard: (topic, members, text) => void this.#serve(topic, members, text),
    });
    this.#offBack = redis.onBack(() => this.#tellGap());
  }

  async publish(topic: string, message: JsonValue): Promise<void> {
    this.#enter();
    await this.#redis.publish(this.#listeners.channel(topic), this.#encode(message));
  }

  async subscribe(topic: string, listener: BusListener, options?: SubscribeOptions): Promise<Unsubscribe> {
    this.#enterJoin();
    return this.#listeners.join(topic, listener, options?.onGap);
  }

  async request(topic: string, message: JsonValue, options: RequestOptions): Promise<JsonValue> {
    this.#enter();
    positive("timeoutMs", options.timeoutMs);
    const text = this.#encode(message);
    options.signal?.throwIfAborted();
    return this.#requests.ask(topic, this.#handlers.channel(topic), text, options);
  }

  async serve(topic: string, handler: BusHandler): Promise<Unsubscribe> {
    this.#enterJoin();
    return this.#handlers.join(topic, handler);
  }

  /** Ends subscriptions and requests; later calls reject. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#offBack();
    this.#listeners.close();
    this.#handlers.close();
    this.#requests.close();
  }

  #enter(): void {
    if (this.#closed) throw new StateClosedError();
  }

  #enterJoin(): void {
    this.#enter();
    const max = this.#maxSubscriptions;
    if (this.#listeners.size + this.#handlers.size >= max) throw new LimitError("maxSubscriptions", max);
  }

  #encode(message: JsonValue): string {
    const text = encode(message);
    const max = this.#maxMessageBytes;
    if (Buffer.byteLength(text) > max) throw new LimitError("maxMessageBytes", max);
    return text;
  }

  async #deliver(topic: string, member: Member<BusListener>, text: string): Promise<void> {
    if (!member.active) return;
    try {
      await member.call(decode(text));
    } catch (error) {
      this.#onError(error, topic);
    }
  }

  async #serve(topic: string, members: ReadonlySet<Member<BusHandler>>, text: string): Promise<void> {
    try {
      const { id, channel } = decodeQuestion(text);
      const answer = await this.#answer(members, text);
      if (!this.#closed) await this.#redis.publish(channel, encodeAnswer(id, answer));
    } catch (error) {
      if (!this.#closed) this.#onError(error, topic);
    }
  }

  /** What this node has to say: the first answer or failure of its handlers. */
  #answer(members: ReadonlySet<Member<BusHandler>>, text: string): Promise<Answer> {
    return new Promise((resolve) => {
      const asked = [...members].map(async (member) => {
        try {
          const value = member.active ? await member.call(decodeQuestion(text).message) : undefined;
          if (value !== undefined) resolve({ kind: "answered", value: decode(this.#encode(value)) });
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          resolve({ kind: "failed", value: message.slice(0, MAX_FAILURE_LENGTH) });
        }
      });
      void Promise.all(asked).then(() => resolve({ kind: "declined" }));
    });
  }

  #tellGap(): void {
    for (const [topic, { onGap }] of this.#listeners.members()) {
      try {
        onGap?.();
      } catch (error) {
        this.#onError(error, topic);
      }
    }
  }
}

/** Neither throws nor rejects, so that whoever is told of an error cannot keep others from what is theirs. */
function guarded(onError: RedisBusOptions["onError"]): RedisBusOptions["onError"] {
  return (error, topic) => {
    const tell = async (): Promise<void> => onError(error, topic);
    tell().catch(() => undefined);
  };
}
