import { EVENT_STREAM_HEADERS, eventText, type HttpHeaders } from "@towpath/mcp-core/http";
import { JSON_TYPE, NO_HEADERS, type Visit } from "@towpath/mcp-core/http-server";
import {
  encode,
  errorReply,
  has,
  InvalidRequestError,
  isPromise,
  ProtocolError,
  systemClock,
  TowpathErrorCode,
  type Exchange,
  type JsonRpcRequest,
  type MaybePromise,
  type Outgoing,
  type Principal,
  type ReadonlyHeaders,
  type Reply,
  type RequestId,
  type Scheduled,
} from "@towpath/mcp-core/transport";
import type { EndpointParts } from "./endpoint-parts.js";
import type { Seat } from "./seats.js";
import type { Job } from "./serving.js";
import { retryAfterOf, statusOf } from "./statuses.js";
import { DirectStream, type EventStream } from "./streams/event-stream.js";
import { ResumableStream } from "./streams/resumable-stream.js";

const CUT_OFF = new ProtocolError(
  TowpathErrorCode.shuttingDown,
  "The server shut down before this request was done",
);
const SESSION_ENDED = new InvalidRequestError("The session was ended before this request was done");

/**
 * The answer to one POST. It is one JSON object, unless there is something to tell before the response, or the
 * response takes its time: then it is a stream of events (Streamable HTTP, Receiving Messages).
 */
export class HttpExchange implements Exchange {
  readonly principal: Principal | undefined;
  readonly headers: ReadonlyHeaders;
  readonly mirrored: ReadonlyHeaders;
  readonly #endpoint: EndpointParts;
  readonly #visit: Visit;
  readonly #seat: Seat;
  readonly #job: Job;
  #stream: MaybePromise<EventStream> | undefined;
  #patience: Scheduled | undefined;
  /** What is to be called as the requests that take their time are done. */
  #working: (() => void)[] | undefined;

  constructor(endpoint: EndpointParts, visit: Visit, seat: Seat, job: Job) {
    this.principal = visit.principal;
    this.headers = visit.call.headers;
    this.mirrored = visit.call.headers;
    this.#endpoint = endpoint;
    this.#visit = visit;
    this.#seat = seat;
    this.#job = job;
  }

  /** Whether the answer is a stream already. */
  get streams(): boolean {
    return this.#stream !== undefined;
  }

  send(message: Outgoing): MaybePromise<void> {
    const json = encode(message);
    const stream = this.#open();
    return isPromise(stream) ? stream.then((opened) => opened.send(json)) : stream.send(json);
  }

  get closeStream(): ((retryMs: number | undefined) => void) | undefined {
    const polls = this.#job.era === "handshake" && this.#polls;
    return polls && this.#endpoint.streams !== undefined ? (retryMs) => this.#sendAway(retryMs) : undefined;
  }

  /** Has a request served. Never throws, as a link does not. */
  request(message: JsonRpcRequest): MaybePromise<Reply | undefined> {
    const reply = this.#seat.link.request(message, this);
    if (!isPromise(reply)) return reply;
    (this.#working ??= []).push(this.#endpoint.traffic.occupy(message.method));
    return reply.then((settled) => settled ?? this.#errorFor(message.id));
  }

  handled(): void {
    this.#working?.shift()?.();
  }

  /** The reply takes its time: without it the answer becomes a stream. */
  wait(): void {
    const { streamAfterMs, clock = systemClock } = this.#endpoint.settings;
    if (this.#stream === undefined) this.#patience = clock.schedule(streamAfterMs, () => void this.#open());
  }

  /** Nothing becomes a stream any more for having to wait. */
  rest(): void {
    this.#patience?.cancel();
    this.#patience = undefined;
  }

  /** Answers. Without a reply, as of a request that was cancelled, there is nothing more to say. */
  finish(reply: Reply | undefined, headers: HttpHeaders = this.#visit.headers): void {
    if (this.#stream !== undefined) {
      endStream(this.#stream, reply?.json);
      return;
    }
    const { call } = this.#visit;
    const status = reply === undefined ? 200 : statusOf(reply, this.#job.era);
    const whole = reply !== undefined && (status !== 200 || this.#endpoint.settings.answers === "auto");
    const type = whole ? JSON_TYPE : EVENT_STREAM_HEADERS;
    // A stream of one event is known from its beginning to its end, and sent as soon as anything else.
    const body = reply === undefined ? "" : whole ? reply.json : eventText(reply.json);
    const later = retryAfterOf(status, reply);
    if (headers === NO_HEADERS && later === undefined) call.send(status, type, body);
    else call.send(status, { ...headers, ...type, ...later }, body);
  }

  /** What is said where the client did not cancel, and gets no reply all the same. */
  #errorFor(id: RequestId): Reply | undefined {
    if (this.#endpoint.traffic.isCutOff) return errorReply(id, CUT_OFF.toJSON());
    return this.#seat.session?.ended === true ? errorReply(id, SESSION_ENDED.toJSON()) : undefined;
  }

  #sendAway(retryMs: number | undefined): void {
    const stream = this.#open();
    if (isPromise(stream)) void stream.then((opened) => opened.closeConnection?.(retryMs));
    else stream.closeConnection?.(retryMs);
  }

  /** Whether its client is told where to resume before there is a message, and comes back when it is sent away. */
  get #polls(): boolean {
    const { revision } = this.#seat;
    return revision !== undefined && has(revision, "ssePolling");
  }

  #open(): MaybePromise<EventStream> {
    this.#stream ??= this.#start();
    return this.#stream;
  }

  /** Streams of the stateless era end with their connection (2026-07-28, Streamable HTTP, Receiving Messages). */
  #start(): MaybePromise<EventStream> {
    const { call } = this.#visit;
    const { owner } = this.#seat;
    const sink = this.#endpoint.stream(this.#visit);
    const { streams } = this.#endpoint;
    const { era, ids, method } = this.#job;
    if (era === "stateless" || streams === undefined) return new DirectStream(sink);
    return ResumableStream.start(streams, {
      owner,
      call,
      sink,
      primed: this.#polls,
      answers: { requests: ids, batch: method === undefined },
    });
  }
}

function endStream(stream: MaybePromise<EventStream>, json: string | undefined): void {
  if (isPromise(stream)) void stream.then((opened) => opened.end(json));
  else stream.end(json);
}
