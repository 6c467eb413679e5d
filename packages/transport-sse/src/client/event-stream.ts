import {
  Deadlines,
  type EventListener,
  EventParser,
  EventTooLargeError,
  isMediaType,
  type ReceivedEvent,
  shortened,
  type Timed,
  UnreadableResponseError,
} from "@towpath/mcp-core/http";
import { type AnswerListener, type OpenCall, statusError } from "@towpath/mcp-core/http-client";
import type { ReadonlyHeaders } from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import type { ClientSettings } from "./options.js";

/** Takes what the stream brings. */
export interface StreamReader {
  /**
   * The server says where to post messages.
   * @param from where the stream comes from, once redirects were followed
   */
  endpoint(uri: string, from: URL): void;
  message(json: string): void;
  /** Nothing more comes: the server will not have it, or has sent what nobody can take. */
  refused(reason: Error): void;
  /** Nothing more comes: the connection has ended. */
  cut(reason: Error): void;
}

/** Characters that may come before the endpoint. */
const MAX_PREAMBLE = 65_536;
/** Characters of a refusal that are kept. */
const MAX_REFUSAL = 1_000;
/** Signs of life without a message, after which others are waited for. The first may be all there is, as a greeting. */
const PULSES_EXPECTED = 2;

/** The stream on which the server says everything, from GET to its end (2024-11-05, Transports, HTTP with SSE). */
export class EventStream implements AnswerListener, EventListener, Timed {
  place: Timed["place"];
  readonly #channel: Channel;
  readonly #settings: ClientSettings;
  readonly #reader: StreamReader;
  readonly #idle: Deadlines;
  #call: OpenCall | undefined;
  #from: URL;
  #parser: EventParser | undefined;
  #refusal: { readonly status: number; readonly headers: ReadonlyHeaders; body: string } | undefined;
  #preamble = 0;
  #hasEndpoint = false;
  #pulses = 0;
  #isOver = false;

  constructor(channel: Channel, settings: ClientSettings, reader: StreamReader) {
    this.#channel = channel;
    this.#settings = settings;
    this.#reader = reader;
    this.#idle = new Deadlines(settings.idleTimeoutMs, settings.clock);
    this.#from = channel.url;
  }

  open(): void {
    this.#call = this.#channel.get(this);
  }

  /** Nothing more of it is wanted. */
  stop(): void {
    this.#isOver = true;
    this.#idle.delete(this);
    this.#call?.abort();
  }

  /** The server was heard of without a message of its own accord, as it will be again. */
  pulse(): void {
    if (this.#hasEndpoint) this.#pulses += 1;
  }

  head(status: number, headers: ReadonlyHeaders, from?: URL): void {
    if (from !== undefined) this.#from = from;
    if (status === 200 && isMediaType(headers.get("content-type"), "text/event-stream"))
      this.#parser = new EventParser(this, { maxEventLength: this.#settings.maxMessageBytes });
    else this.#refusal = { status, headers, body: "" };
  }

  text(piece: string): void {
    if (this.#isOver) return;
    if (this.#refusal !== undefined) {
      this.#refusal.body += piece;
      if (this.#refusal.body.length >= MAX_REFUSAL) this.#refused();
      return;
    }
    try {
      this.#parser?.push(piece);
    } catch (error) {
      if (!(error instanceof EventTooLargeError)) throw error;
      this.#unreadable(
        `a message of more than ${String(this.#settings.maxMessageBytes)} characters (maxMessageBytes)`,
      );
      return;
    }
    this.#heard(piece.length);
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#refusal === undefined) this.#cut(new Error("the server ended the stream"));
    else this.#refused();
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    if (this.#refusal === undefined) this.#cut(error);
    else this.#refused();
  }

  refuse(error: Error): void {
    if (!this.#isOver) this.#refuse(error);
  }

  event({ event, data }: ReceivedEvent): void {
    if (this.#isOver) return;
    if (event === "message") this.#reader.message(data);
    else if (event === "endpoint") {
      this.#hasEndpoint = true;
      this.#reader.endpoint(data, this.#from);
    } else this.pulse();
  }

  comment(): void {
    this.pulse();
  }

  overdue(): void {
    this.#cut(new Error(`nothing came for ${String(this.#settings.idleTimeoutMs)} ms (idleTimeoutMs)`));
  }

  #heard(length: number): void {
    if (this.#isOver) return;
    if (!this.#hasEndpoint) {
      this.#preamble += length;
      if (this.#preamble > MAX_PREAMBLE)
        this.#unreadable(`more than ${String(MAX_PREAMBLE)} characters before an endpoint`);
    } else if (this.#pulses >= PULSES_EXPECTED) {
      this.#idle.delete(this);
      this.#idle.add(this);
    }
  }

  #unreadable(what: string): void {
    this.#refuse(new UnreadableResponseError(`The server sent ${what}`));
  }

  /** It is no event stream. */
  #refused(): void {
    const { status, headers, body } = this.#refusal ?? { status: 0, headers: new Headers(), body: "" };
    if (status === 200) {
      const type = shortened(headers.get("content-type") ?? "no content type", 100);
      this.#unreadable(`${type} in place of an event stream: ${shortened(body, 200)}`);
    } else this.#refuse(statusError(this.#channel.url, status, headers, body.slice(0, MAX_REFUSAL)));
  }

  #refuse(reason: Error): void {
    this.stop();
    this.#reader.refused(reason);
  }

  #cut(reason: Error): void {
    this.stop();
    this.#reader.cut(reason);
  }
}
