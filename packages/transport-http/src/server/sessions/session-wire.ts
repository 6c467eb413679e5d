import {
  StateClosedError,
  type Bus,
  type JsonObject,
  type JsonValue,
  type Unsubscribe,
} from "@towpath/mcp-core";
import {
  fireAndForget,
  isObject,
  type Clock,
  type MaybePromise,
  type Scheduled,
} from "@towpath/mcp-core/transport";
import type { SessionNews } from "./session-news.js";

const TOPIC = "towpath/http/sessions";

/** After how many ms a node that cannot hear the others tries again, unless something needs it earlier. */
const RETRY_MS = 1_000;

/** How long the others have to say that they had a stream, in ms. */
const ANSWER_MS = 2_000;

/** What a node does with what the others tell. */
export interface WireHost {
  heard(news: SessionNews): void;
  /** What the others told may have been missed. */
  missed(): void;
  /** Another node has taken up a standing stream. Gives whether this one had it, and now has it no more. */
  handOver(session: string, stream: string): boolean;
  report(error: unknown): void;
}

/** Carries news of sessions from node to node. */
export class SessionWire {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #host: WireHost;
  readonly #node = crypto.randomUUID();
  #subscribed: Unsubscribe | undefined;
  #served: Unsubscribe | undefined;
  #starting: Promise<void> | undefined;
  #failed = false;
  #again: Scheduled | undefined;
  #closed = false;

  constructor(bus: Bus, clock: Clock, host: WireHost) {
    this.#bus = bus;
    this.#clock = clock;
    this.#host = host;
    void this.listen();
  }

  /** Hears the others from now on, if it can. Settles when it does or cannot; there is nothing to wait for later on. */
  listen(): MaybePromise<void> {
    if (this.#closed || this.#served !== undefined) return undefined;
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Settles when it is on its way to all nodes. Rejects as the bus does. */
  tell(news: SessionNews): Promise<void> {
    // Plain data, every kind of it.
    const message = { ...news, node: this.#node } as unknown as JsonObject;
    return this.#bus.publish(TOPIC, message);
  }

  /** Takes a standing stream from whoever has it. Gives whether anybody said so. */
  async takeOver(session: string, stream: string): Promise<boolean> {
    const message = { session, stream, node: this.#node };
    try {
      return (await this.#bus.request(TOPIC, message, { timeoutMs: ANSWER_MS })) === true;
    } catch {
      return false; // nobody did, for all that is known here
    }
  }

  /** Hears nothing any more. */
  close(): void {
    this.#closed = true;
    this.#again?.cancel();
    this.#stop();
  }

  async #start(): Promise<void> {
    this.#again?.cancel();
    try {
      await this.#begin();
      if (this.#closed) this.#stop();
      else if (this.#failed) this.#host.missed();
    } catch (error) {
      this.#later(error);
    } finally {
      this.#starting = undefined;
    }
  }

  async #begin(): Promise<void> {
    this.#subscribed ??= await this.#bus.subscribe(TOPIC, (message) => this.#heard(message), {
      onGap: () => this.#host.missed(),
    });
    this.#served = await this.#bus.serve(TOPIC, (message) => this.#asked(message));
  }

  #later(error: unknown): void {
    if (this.#closed || error instanceof StateClosedError) return;
    if (!this.#failed) this.#host.report(error);
    this.#failed = true;
    this.#again = this.#clock.schedule(RETRY_MS, () => void this.listen());
  }

  #heard(message: JsonValue): void {
    // Only nodes of this server publish here, and only news.
    if (this.#isOthers(message)) this.#host.heard(message as unknown as SessionNews);
  }

  #asked(message: JsonValue): true | undefined {
    if (!this.#isOthers(message)) return undefined;
    const { session, stream } = message;
    if (typeof session !== "string" || typeof stream !== "string") return undefined;
    return this.#host.handOver(session, stream) ? true : undefined;
  }

  #isOthers(message: JsonValue): message is JsonObject {
    return isObject(message) && message["node"] !== this.#node;
  }

  #stop(): void {
    for (const stop of [this.#subscribed, this.#served]) if (stop !== undefined) fireAndForget(stop);
  }
}
