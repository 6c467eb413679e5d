import { NoAnswerError, StateUnavailableError, type JsonValue, type State } from "@towpath/mcp-core";
import { BusyError, InternalError, type Clock, type ProtocolError } from "@towpath/mcp-core/transport";
import { asAnswer, asJson, handedOver, refusalIn, requestIdIn, type HandedOver } from "./handover-json.js";
import { inTime, LATE } from "./in-time.js";
import type { MessageRefusal } from "./message.js";
import { busyIfFull } from "./state-errors.js";

/** How long another node may take to take a message, in ms; later than that it does not take it. */
const HANDOVER_MS = 5_000;

/** Messages that wait at a time for other nodes to take them. */
const MAX_WAITING = 1_024;

export interface HandoversOptions {
  readonly bus: State["bus"];
  /** Where messages for the sessions that are open here go: nobody else has it. */
  readonly endpoint: string;
  readonly clock: Clock;
  /** The time of day, in ms: what nodes agree on, within a second or so. */
  readonly now: () => number;
  /** Takes a message into a session that is open here. */
  readonly take: (message: HandedOver) => MessageRefusal | undefined;
}

/** What became of a message. */
export type Outcome =
  | { readonly kind: "taken" }
  // Its node does not hear, and certainly has not taken it.
  | { readonly kind: "nobody" }
  | { readonly kind: "refused"; readonly refusal: MessageRefusal };

/** The way of messages from the nodes they come to, to those with their clients' streams. */
export class Handovers {
  readonly #options: HandoversOptions;
  #waiting = 0;

  constructor(options: HandoversOptions) {
    this.#options = options;
  }

  /** Settles once messages of others arrive here. Gives the way to have no more of them. */
  serve(): Promise<() => Promise<void>> {
    const { bus, endpoint } = this.#options;
    return bus.serve(topicOf(endpoint), (json) => this.#take(json));
  }

  /** Hands a message over to an endpoint. Rejects as the state does, but for one that is full or goes away. */
  async handOver(endpoint: string, message: HandedOver): Promise<Outcome> {
    if (this.#waiting >= MAX_WAITING)
      return refused(message, 503, new BusyError("Too many messages wait for other nodes to take them"));
    this.#waiting += 1;
    try {
      return await this.#handOver(endpoint, message);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #handOver(endpoint: string, message: HandedOver): Promise<Outcome> {
    const { bus, clock, now } = this.#options;
    const json = asJson(message, now() + HANDOVER_MS);
    // Longer than is waited for, so that an error that nobody answers is known to be no timeout.
    const timeoutMs = 2 * HANDOVER_MS;
    let answer: JsonValue | typeof LATE;
    try {
      answer = await inTime(clock, HANDOVER_MS, async (signal) =>
        bus.request(topicOf(endpoint), json, { timeoutMs, signal }),
      );
    } catch (error) {
      if (error instanceof NoAnswerError) return { kind: "nobody" };
      const busy = busyIfFull(error);
      if (busy instanceof BusyError) return refused(message, 503, busy);
      if (error instanceof StateUnavailableError) return unanswered(message);
      throw error;
    }
    if (answer === LATE) return unanswered(message);
    const refusal = refusalIn(answer);
    return refusal === undefined ? { kind: "taken" } : { kind: "refused", refusal };
  }

  #take(json: JsonValue): JsonValue {
    const read = handedOver(json);
    if (read === undefined) return { unreadable: true };
    const { message, deadline } = read;
    // Its client was told that something is wrong, and is not to find out later that it was served.
    return asAnswer(this.#options.now() >= deadline ? tooLate(message) : this.#options.take(message));
  }
}

/** Whoever still hears it has asked in time, by another time of day. */
function tooLate({ sent }: HandedOver): MessageRefusal {
  const text =
    "The node that has this session got this too late, and has not taken it: do the clocks of all nodes agree?";
  return { status: 503, error: new InternalError(text), id: requestIdIn(sent) };
}

/** Nobody here can know whether it was taken. */
function unanswered(message: HandedOver): Outcome {
  const text = "The node that has this session did not answer in time, and may have taken the message";
  return refused(message, 504, new InternalError(text));
}

function refused({ sent }: HandedOver, status: number, error: ProtocolError): Outcome {
  return { kind: "refused", refusal: { status, error, id: requestIdIn(sent) } };
}

function topicOf(endpoint: string): string {
  return `towpath/sse/endpoint/${endpoint}`;
}
