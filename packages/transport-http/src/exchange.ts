import { eventText, type HttpCall, type HttpHeaders } from "@towpath/mcp-core/http";
import {
  encode,
  isPromise,
  type Clock,
  type Era,
  type Exchange,
  type MaybePromise,
  type Outgoing,
  type ReadonlyHeaders,
  type Reply,
  type Scheduled,
} from "@towpath/mcp-core/transport";
import type { HttpSettings } from "./options.js";
import { JSON_TYPE } from "./refusals.js";
import { statusOf } from "./statuses.js";
import type { EventStream } from "./streams/event-stream.js";

export interface ExchangeStart {
  readonly call: HttpCall;
  readonly era: Era;
  /** Headers of the answer, whatever it is. */
  readonly headers: HttpHeaders;
  readonly answers: HttpSettings["answers"];
  readonly openStream: (headers: HttpHeaders) => MaybePromise<EventStream>;
}

/**
 * The answer to one POST. It is one JSON object, unless there is something to tell before the response, or the
 * response takes its time: then it is a stream of events (Streamable HTTP, Receiving Messages).
 */
export class HttpExchange implements Exchange {
  readonly headers: ReadonlyHeaders;
  readonly mirrored: ReadonlyHeaders;
  readonly #start: ExchangeStart;
  #stream: MaybePromise<EventStream> | undefined;
  #patience: Scheduled | undefined;

  constructor(start: ExchangeStart) {
    this.#start = start;
    this.headers = start.call.headers;
    this.mirrored = start.call.headers;
  }

  send(message: Outgoing): MaybePromise<void> {
    const json = encode(message);
    const stream = this.#open();
    return isPromise(stream) ? stream.then((opened) => opened.send(json)) : stream.send(json);
  }

  closeStream(retryMs: number | undefined): void {
    const stream = this.#open();
    if (isPromise(stream)) void stream.then((opened) => opened.closeConnection?.(retryMs));
    else stream.closeConnection?.(retryMs);
  }

  /** Becomes a stream if there is no reply before that; at once where all answers are streams. */
  streamAfter(ms: number, clock: Clock): void {
    if (this.#start.answers === "stream") void this.#open();
    else if (this.#stream === undefined) this.#patience = clock.schedule(ms, () => void this.#open());
  }

  /** The client is gone, or served: nothing becomes a stream any more. */
  rest(): void {
    this.#patience?.cancel();
    this.#patience = undefined;
  }

  /** Answers. Without a reply, as of a request that was cancelled, there is nothing more to say. */
  finish(reply: Reply | undefined, headers = this.#start.headers): void {
    this.rest();
    const { call, era, answers } = this.#start;
    if (this.#stream !== undefined) {
      endStream(this.#stream, reply?.json);
      return;
    }
    const status = reply === undefined ? 200 : statusOf(reply, era);
    if (reply !== undefined && (answers === "auto" || status !== 200))
      call.send(status, headers === NO_HEADERS ? JSON_TYPE : { ...headers, ...JSON_TYPE }, reply.json);
    else call.stream(headers).end(reply === undefined ? undefined : eventText(reply.json));
  }

  #open(): MaybePromise<EventStream> {
    this.#stream ??= this.#start.openStream(this.#start.headers);
    return this.#stream;
  }
}

export const NO_HEADERS: HttpHeaders = {};

function endStream(stream: MaybePromise<EventStream>, json: string | undefined): void {
  if (isPromise(stream)) void stream.then((opened) => opened.end(json));
  else stream.end(json);
}
