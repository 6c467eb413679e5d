import { NoAnswerError, type JsonValue, type State } from "@towpath/mcp-core";
import {
  BusyError,
  InternalError,
  isObject,
  type Clock,
  type ProtocolError,
} from "@towpath/mcp-core/transport";
import { asAnswer, asJson, handedOver, refusalIn, requestIdIn, type HandedOver } from "./handover-json.js";
import { inTime, LATE } from "./in-time.js";
import type { MessageRefusal } from "./message.js";
import { busyIfFull } from "./state-errors.js";

/** How long another node may take to take a message, in ms. */
const HANDOVER_MS = 5_000;

/** Messages that wait at a time for other nodes to take them. */
const MAX_WAITING = 1_024;

/** Messages to come that are remembered as withdrawn; the oldest are forgotten first. */
const MAX_WITHDRAWN = 4_096;

export interface HandoversOptions {
  readonly bus: State["bus"];
  /** This one. */
  readonly node: string;
  readonly clock: Clock;
  /** Takes a message into a session that is open here. */
  readonly take: (message: HandedOver) => MessageRefusal | undefined;
  readonly report: (error: unknown) => void;
}

/** What became of a message. */
export type Outcome =
  | { readonly kind: "taken" }
  // Its node is not there, and certainly has not taken it.
  | { readonly kind: "nobody" }
  | { readonly kind: "refused"; readonly refusal: MessageRefusal };

/** The way of messages from the nodes they come to, to those with their clients' streams. */
export class Handovers {
  readonly #options: HandoversOptions;
  readonly #withdrawn = new Set<string>();
  #waiting = 0;

  constructor(options: HandoversOptions) {
    this.#options = options;
  }

  /** Settles once messages of others arrive here. Gives the way to have no more of them. */
  async serve(): Promise<() => Promise<void>> {
    const { bus, node } = this.#options;
    const topic = topicOf(node);
    const unsubscribe = await bus.subscribe(topic, (news) => this.#remember(news));
    try {
      const stop = await bus.serve(topic, (json) => this.#take(json));
      return async () => {
        await Promise.all([stop(), unsubscribe()]);
      };
    } catch (error) {
      await unsubscribe();
      throw error;
    }
  }

  /** Hands a message over to a node. Rejects as the state does, but for one that is full. */
  async handOver(node: string, message: HandedOver): Promise<Outcome> {
    if (this.#waiting >= MAX_WAITING)
      return refused(message, 503, new BusyError("Too many messages wait for other nodes to take them"));
    this.#waiting += 1;
    try {
      return await this.#handOver(node, message);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #handOver(node: string, message: HandedOver): Promise<Outcome> {
    const { bus, clock } = this.#options;
    const handover = crypto.randomUUID();
    const json = asJson(handover, message);
    // Longer than is waited for, so that an error that nobody answers is known to be no timeout.
    const timeoutMs = 2 * HANDOVER_MS;
    let answer: JsonValue | typeof LATE;
    try {
      answer = await inTime(clock, HANDOVER_MS, async (signal) =>
        bus.request(topicOf(node), json, { timeoutMs, signal }),
      );
    } catch (error) {
      if (error instanceof NoAnswerError) return { kind: "nobody" };
      const busy = busyIfFull(error);
      if (busy instanceof BusyError) return refused(message, 503, busy);
      this.#withdraw(node, handover);
      throw error;
    }
    if (answer === LATE) {
      this.#withdraw(node, handover);
      const text = "The node that has this session did not answer in time, and may have taken the message";
      return refused(message, 504, new InternalError(text));
    }
    const refusal = refusalIn(answer);
    return refusal === undefined ? { kind: "taken" } : { kind: "refused", refusal };
  }

  /** Its client is told that something is wrong, and is not to find out later that it was served. */
  #withdraw(node: string, handover: string): void {
    const { bus, report } = this.#options;
    void bus.publish(topicOf(node), { withdrawn: handover }).catch(report);
  }

  #remember(news: JsonValue): void {
    const withdrawn = isObject(news) ? news["withdrawn"] : undefined;
    if (typeof withdrawn !== "string") return;
    this.#withdrawn.add(withdrawn);
    for (const oldest of this.#withdrawn) {
      if (this.#withdrawn.size <= MAX_WITHDRAWN) return;
      this.#withdrawn.delete(oldest);
    }
  }

  #take(json: JsonValue): JsonValue | undefined {
    const read = handedOver(json);
    if (read === undefined) return { unreadable: true };
    if (this.#withdrawn.delete(read.handover)) return undefined;
    return asAnswer(this.#options.take(read.message));
  }
}

function refused({ sent }: HandedOver, status: number, error: ProtocolError): Outcome {
  return { kind: "refused", refusal: { status, error, id: requestIdIn(sent) } };
}

function topicOf(node: string): string {
  return `towpath/sse/node/${node}`;
}
