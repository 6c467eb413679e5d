import {
  ConnectionLostError,
  type Deadlines,
  type EventListener,
  EventParser,
  EventTooLargeError,
  isMediaType,
  type ReceivedEvent,
  type Timed,
  UnreadableResponseError,
} from "@towpath/mcp-core/http";
import type { ReadonlyHeaders, Scheduled } from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import {
  type AnswerListener,
  type OpenCall,
  RedirectError,
  statusError,
} from "@towpath/mcp-core/http-client";
import { MAX_REFUSAL } from "./delivery.js";
import type { ClientSettings } from "./options.js";
import { Resumption } from "./resumption.js";

/** Takes what a stream brings. */
export interface StreamReader {
  data(json: string): void;
  /** The server has the stream open. */
  opened?(): void;
  /** A connection was refused, or has ended; the stream is asked for again after a while. */
  interrupted?(): void;
  /** Nothing more will come, and this is why. */
  over(reason: Error): void;
}

export interface StreamOptions {
  readonly channel: Channel;
  readonly settings: ClientSettings;
  /** Watches for streams on which nothing comes any more. */
  readonly idle: Deadlines;
  readonly reader: StreamReader;
  /**
   * What is done when its connection ends: nothing, in the stateless era; it is taken up again after the last
   * event that had an id; or it is in any case, because it never ends by itself.
   */
  readonly resumes: "never" | "after an event" | "always";
}

/** Statuses of a GET that may be better the next time. 409: the server has not noticed yet that the last one ended. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);
/** A connection that lasted this long, in ms, was no failed attempt. */
const LASTING_MS = 5_000;
/** What a client can send back as `Last-Event-ID`, and how much of it. */
const SENDABLE_ID = /^[\t\x20-\x7e\x80-\u{10ffff}]{1,4096}$/u;

/**
 * One event stream of the server's, read to its end over as many connections as that takes (2025-11-25,
 * Transports, Resumability and Redelivery). What belongs to the POST that began it is passed on to it; the
 * GETs that take it up again are its own.
 */
export class EventStream implements AnswerListener, EventListener, Timed {
  place: Timed["place"];
  readonly #options: StreamOptions;
  readonly #resumption: Resumption;
  #parser: EventParser | undefined;
  #cursor = "";
  #retryMs: number | undefined;
  #call: OpenCall | undefined;
  #timer: Scheduled | undefined;
  #refusal: { readonly status: number; readonly headers: ReadonlyHeaders; body: string } | undefined;
  #openedAt = Infinity;
  #isWatched: boolean;
  /** The server has said on this connection when to come back. */
  #isInvited = false;
  #isOver = false;

  constructor(options: StreamOptions) {
    const { resumption, clock } = options.settings;
    this.#options = options;
    this.#resumption = new Resumption(resumption, clock);
    this.#isWatched = options.resumes === "always";
  }

  /** Reads the answer to a POST. */
  begin(call: OpenCall): void {
    this.#call = call;
    this.#parser = this.#newParser();
    this.#heard();
  }

  /** Asks for the stream, also for one that was given up: from where it was. */
  open(): void {
    this.#isOver = false;
    this.#resumption.progressed();
    this.#ask();
  }

  /** Asks for what is left of it. */
  #ask(): void {
    this.#openedAt = Infinity;
    this.#isInvited = false;
    this.#timer = undefined;
    this.#parser = this.#refusal = undefined;
    this.#isWatched = true;
    this.#heard();
    this.#call = this.#options.channel.get(this.#cursor === "" ? undefined : this.#cursor, this);
  }

  /** What it was for has come: nothing more is read, and the server may end it in its own time. */
  finish(): void {
    this.#isOver = true;
    this.#unwatch();
    this.#timer?.cancel();
  }

  /** Nothing of it is wanted any more. */
  stop(): void {
    this.finish();
    const call = this.#call;
    // A call of a POST's stops its stream in turn.
    this.#call = undefined;
    call?.abort();
  }

  head(status: number, headers: ReadonlyHeaders): void {
    if (status === 200 && isMediaType(headers.get("content-type"), "text/event-stream")) {
      this.#parser = this.#newParser();
      this.#openedAt = this.#options.settings.clock.now();
      this.#options.reader.opened?.();
    } else this.#refusal = { status, headers, body: "" };
  }

  text(piece: string): void {
    if (this.#isOver) return;
    if (this.#parser === undefined) {
      if (this.#refusal !== undefined)
        this.#refusal.body = (this.#refusal.body + piece).slice(0, MAX_REFUSAL);
      return;
    }
    try {
      this.#parser.push(piece);
    } catch (error) {
      if (!(error instanceof EventTooLargeError)) throw error;
      const { maxMessageBytes } = this.#options.settings;
      const text = `An event is longer than ${String(maxMessageBytes)} characters (maxMessageBytes)`;
      this.#end(new UnreadableResponseError(text, { cause: error }));
      return;
    }
    this.#moved(this.#parser.lastEventId);
    this.#heard();
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#refusal === undefined) this.#cut(new Error("the server ended the stream"), this.#isInvited);
    else {
      const { status, headers, body } = this.#refusal;
      const error = statusError(this.#options.channel.url, status, headers, body);
      if (PASSING.has(status) || (status >= 500 && status !== 501)) this.#cut(error);
      else this.#end(error);
    }
  }

  fail(error: Error): void {
    if (!this.#isOver) this.#cut(error);
  }

  refuse(error: Error): void {
    if (this.#isOver) return;
    if (error instanceof RedirectError) this.#end(error);
    else this.#cut(error); // the author's headers, which may be there the next time
  }

  event({ event, data }: ReceivedEvent): void {
    if (event !== "message" || this.#isOver) return;
    // Progress is a message that is not of the place where the stream was cut.
    if (this.#parser?.lastEventId !== this.#cursor) this.#resumption.progressed();
    this.#options.reader.data(data);
  }

  retry(ms: number): void {
    this.#retryMs = ms;
    this.#isInvited = true;
  }

  comment(): void {
    this.#isWatched = true;
    if (this.#options.resumes === "always") this.#resumption.progressed();
  }

  /** Nothing has come for as long as there may be silence. */
  overdue(): void {
    this.#call?.abort();
    this.#cut(new Error(`nothing came for ${String(this.#options.settings.idleTimeoutMs)} ms`));
  }

  #newParser(): EventParser {
    const { maxMessageBytes } = this.#options.settings;
    return new EventParser(this, { maxEventLength: maxMessageBytes, lastEventId: this.#cursor });
  }

  #moved(lastEventId: string): void {
    if (lastEventId === this.#cursor) return;
    this.#cursor = SENDABLE_ID.test(lastEventId) ? lastEventId : "";
    // It can be taken up again, so that silence need not be borne.
    if (this.#options.resumes !== "never") this.#isWatched ||= this.#cursor !== "";
  }

  #heard(): void {
    if (!this.#isWatched || this.#isOver) return;
    this.#unwatch();
    this.#options.idle.add(this);
  }

  #unwatch(): void {
    this.#options.idle.delete(this);
  }

  /** The connection is gone, and the stream perhaps not. */
  #cut(reason: Error, isInvited = false): void {
    this.#unwatch();
    const { resumes, settings } = this.#options;
    if (settings.clock.now() - this.#openedAt >= LASTING_MS) {
      if (resumes === "always") this.#resumption.progressed();
      else this.#resumption.lasted();
    }
    const resumable = resumes === "always" || (resumes === "after an event" && this.#cursor !== "");
    const delayMs = resumable ? this.#resumption.next(this.#retryMs, isInvited) : undefined;
    if (delayMs === undefined) {
      this.#end(lost(reason, resumable));
      return;
    }
    this.#timer = settings.clock.schedule(delayMs, () => this.#ask(), { keepAlive: resumes !== "always" });
    this.#options.reader.interrupted?.();
  }

  #end(reason: Error): void {
    this.stop();
    this.#options.reader.over(reason);
  }
}

function lost(cause: Error, resumable: boolean): ConnectionLostError {
  const given = resumable ? "was lost, and could not be taken up again" : "ended before an answer came";
  return new ConnectionLostError(`The stream ${given}: ${cause.message}`, {
    mayHaveBeenDelivered: true,
    cause,
  });
}
