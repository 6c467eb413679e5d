import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Bus, BusHandler, BusListener, RequestOptions, Unsubscribe } from "../bus.js";
import { HandlerFailedError, NoAnswerError, StateClosedError } from "../errors.js";
import { decode, encode, positive } from "../values.js";
import type { Host } from "./host.js";

/** Told of an error that a listener threw. */
export type OnBusError = (error: unknown, topic: string) => void;

// An object for each subscription, so that one function may subscribe twice.
interface Member<F> {
  readonly call: F;
  active: boolean;
}

type Topics<F> = Map<string, Set<Member<F>>>;

export class MemoryBus implements Bus {
  readonly #host: Host;
  readonly #onError: OnBusError;
  readonly #listeners: Topics<BusListener> = new Map();
  readonly #handlers: Topics<BusHandler> = new Map();
  readonly #requests = new Set<(reason: unknown) => void>();
  #members = 0;

  constructor(host: Host, onError: OnBusError) {
    this.#host = host;
    this.#onError = onError;
  }

  async publish(topic: string, message: JsonValue): Promise<void> {
    this.#host.enter();
    const text = encode(message);
    for (const listener of this.#listeners.get(topic) ?? []) void this.#deliver(topic, listener, text);
  }

  async subscribe(topic: string, listener: BusListener): Promise<Unsubscribe> {
    return this.#join(this.#listeners, topic, listener);
  }

  async serve(topic: string, handler: BusHandler): Promise<Unsubscribe> {
    return this.#join(this.#handlers, topic, handler);
  }

  async request(topic: string, message: JsonValue, options: RequestOptions): Promise<JsonValue> {
    this.#host.enter();
    positive("timeoutMs", options.timeoutMs);
    const text = encode(message);
    options.signal?.throwIfAborted();
    const handlers = [...(this.#handlers.get(topic) ?? [])];
    if (handlers.length === 0) throw new NoAnswerError(topic, "nobody serves it");
    this.#host.check("maxRequests", this.#requests.size + 1);
    return this.#before(topic, options, firstAnswer(topic, handlers, text));
  }

  clear(): void {
    for (const topics of [this.#listeners, this.#handlers]) {
      for (const members of topics.values()) for (const member of members) member.active = false;
      topics.clear();
    }
    for (const fail of this.#requests) fail(new StateClosedError());
  }

  #join<F>(topics: Topics<F>, topic: string, call: F): Unsubscribe {
    this.#host.enter();
    this.#host.check("maxSubscriptions", this.#members + 1);
    this.#members++;
    const member = { call, active: true };
    const members = topics.get(topic) ?? new Set();
    topics.set(topic, members.add(member));
    return async () => {
      if (!member.active) return;
      member.active = false;
      this.#members--;
      members.delete(member);
      if (members.size === 0) topics.delete(topic);
    };
  }

  /** The answer, unless time runs out, the signal aborts or the state closes first. */
  async #before(topic: string, options: RequestOptions, answer: Promise<JsonValue>): Promise<JsonValue> {
    const { timeoutMs, signal } = options;
    let fail: (reason: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const onAbort = (): void => fail(signal?.reason);
    const timer = this.#host.clock.schedule(timeoutMs, () => {
      fail(new NoAnswerError(topic, `none came within ${String(timeoutMs)} ms`));
    });
    signal?.addEventListener("abort", onAbort);
    this.#requests.add(fail);
    try {
      return await Promise.race([failed, answer]);
    } finally {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      this.#requests.delete(fail);
    }
  }

  async #deliver(topic: string, listener: Member<BusListener>, text: string): Promise<void> {
    // A listener runs after the publisher's own step, as it would on another node.
    await Promise.resolve();
    if (!listener.active) return;
    try {
      await listener.call(decode(text));
    } catch (error) {
      this.#onError(error, topic);
    }
  }
}

/** Rejects with `HandlerFailedError` if a handler fails first, with `NoAnswerError` if all decline. */
function firstAnswer(
  topic: string,
  handlers: readonly Member<BusHandler>[],
  text: string,
): Promise<JsonValue> {
  return new Promise((resolve, reject) => {
    const asked = handlers.map(async (handler) => {
      try {
        const answer = await answerOf(handler, text);
        if (answer !== undefined) resolve(decode(encode(answer)));
      } catch (error) {
        reject(new HandlerFailedError(topic, error instanceof Error ? error.message : String(error)));
      }
    });
    void Promise.all(asked).then(() => reject(new NoAnswerError(topic, "whoever serves it declined")));
  });
}

async function answerOf(handler: Member<BusHandler>, text: string): Promise<JsonValue | undefined> {
  // Handlers, too, run after the caller's own step.
  await Promise.resolve();
  return handler.active ? handler.call(decode(text)) : undefined;
}
