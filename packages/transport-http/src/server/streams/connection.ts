import {
  CursorLostError,
  FencedError,
  StateClosedError,
  UnknownLogError,
  type LogReader,
} from "@towpath/mcp-core";
import { eventText, retryText, type EventSink } from "@towpath/mcp-core/http";
import { fireAndForget, isPromise, type MaybePromise } from "@towpath/mcp-core/transport";
import { isNote } from "./note.js";
import { eventId } from "./stream-id.js";
import { ToldAhead } from "./told-ahead.js";

/**
 * Why a connection stopped delivering. `overtaken`: events were trimmed before it had got to them; `lost`: there is no
 * log any more; `closed`: there is no state any more.
 */
export type Ending = "complete" | "left" | "taken" | "overtaken" | "lost" | "closed" | "failed";

interface Untold {
  readonly json: string;
  readonly told: (room: MaybePromise<void>) => void;
}

interface Last {
  readonly text: string;
  readonly entry: string | undefined;
}

/** One connection that carries a stream: it reads the log and writes what it reads. */
export class StreamConnection {
  readonly sink: EventSink;
  /** Its client knows that it may be sent away, and comes back for the rest (since 2025-11-25). */
  readonly polls: boolean;
  readonly #stream: string;
  /** What the log has no room for, by the notes that say where it belongs. */
  readonly #untold = new Map<string, Untold>();
  /** What went out at once, and the log may have as well. */
  #ahead: ToldAhead | undefined;
  /** What was read last. */
  #passed: string | undefined;
  #reader: LogReader | undefined;
  #room: MaybePromise<void> = undefined;
  #open = true;
  #last: Last | undefined;
  #whenEnded: (() => void) | undefined;

  constructor(stream: string, sink: EventSink, polls: boolean) {
    this.#stream = stream;
    this.sink = sink;
    this.polls = polls;
  }

  /** Settles when the client has read what was written to it, or is gone; nothing while there is room. */
  get room(): MaybePromise<void> {
    return this.#room;
  }

  /** Whether anything may still be sent: the client has not gone, nor was it sent away, nor is it through. */
  get open(): boolean {
    return this.#open;
  }

  /** An event without a message, whose id is where to resume (2025-11-25, Sending Messages to the Server). */
  prime(cursor: string | undefined, retryMs: number): void {
    if (this.#open)
      void this.sink.write(eventText("", { id: eventId(this.#stream, cursor), retry: retryMs }));
  }

  /** Delivers until the log is complete, or something else ends it; {@link finish} is to follow. */
  async deliver(reader: LogReader): Promise<Ending> {
    this.#reader = reader;
    if (!this.#open) {
      endReader(reader);
      return "left";
    }
    const ending = await this.#deliver(reader);
    for (const note of this.#untold.keys()) void this.tellNow(note);
    return ending;
  }

  /** Sends what is in no log, at once: if the connection breaks, it is lost. */
  tell(json: string): MaybePromise<void> {
    return this.#open ? this.#write(json) : undefined;
  }

  /**
   * The same for what the log may have already, and is to have in any case: from there it is not sent again, nor is it
   * now if it may have been read by then.
   */
  tellAhead(json: string): MaybePromise<void> {
    if (!this.#open || json === this.#passed) return undefined;
    (this.#ahead ??= new ToldAhead()).add(json);
    return this.#write(json);
  }

  /** Sends it where the log has this note. Settles when the client has read it, or is gone. */
  tellAt(note: string, json: string): Promise<void> {
    if (!this.#open) return Promise.resolve();
    return new Promise((told) => this.#untold.set(note, { json, told }));
  }

  /** The note has come, or will not. */
  tellNow(note: string, cursor?: string): MaybePromise<void> {
    const untold = this.#untold.get(note);
    if (untold === undefined) return undefined;
    this.#untold.delete(note);
    const written = this.#write(untold.json, cursor);
    untold.told(written);
    return written;
  }

  /**
   * What is to go out when all else has, because no log has room for it, or none can be read just now.
   * @param entry what the log has, or may have, in its place, for those who come later
   */
  endWith(json: string, entry: string | undefined): void {
    if (entry !== undefined && entry === this.#passed) return; // it was read already
    this.#last ??= { text: eventText(json), entry };
  }

  /** Ends the connection: nothing more is coming. */
  finish(): void {
    if (!this.#open) return;
    this.#close();
    this.sink.end(this.#last?.text);
  }

  /** Settles when nothing more is sent. */
  async ended(): Promise<void> {
    if (this.#open) await new Promise<void>((resolve) => (this.#whenEnded = resolve));
  }

  /** The client is gone. */
  leave(): void {
    this.#close();
    const reader = this.#reader;
    if (reader !== undefined) endReader(reader);
  }

  /** Sends the client away; it is to come back for the rest. */
  close(retryMs: number): void {
    const text = retryText(retryMs);
    if (!this.#open) return;
    this.leave();
    this.sink.end(text);
  }

  async #deliver(reader: LogReader): Promise<Ending> {
    try {
      for await (const { cursor, data } of reader) {
        if (!this.#open) return "left";
        const written = this.#pass(cursor, data);
        if (isPromise(written)) await written;
      }
      return this.#open ? "complete" : "left";
    } catch (error) {
      return endingOf(error);
    }
  }

  #pass(cursor: string, data: string): MaybePromise<void> {
    if (isNote(data)) return this.tellNow(data, cursor);
    // What it stands for is sent as the stream ends, and may be of any size then.
    if (data === this.#last?.entry) return undefined;
    this.#passed = data;
    if (this.#ahead?.take(data) === true) return this.#skip(cursor);
    return this.#write(data, cursor);
  }

  /** Only says where to resume, to those who know what that means. */
  #skip(cursor: string): MaybePromise<void> {
    return this.polls ? this.#write("", cursor) : undefined;
  }

  #write(json: string, cursor?: string): MaybePromise<void> {
    const fields = cursor === undefined ? undefined : { id: eventId(this.#stream, cursor) };
    const written = this.sink.write(eventText(json, fields));
    if (!isPromise(written)) return undefined;
    const room = written.finally(() => (this.#room = undefined));
    this.#room = room;
    return room;
  }

  #close(): void {
    this.#open = false;
    for (const { told } of this.#untold.values()) told(undefined);
    this.#untold.clear();
    this.#whenEnded?.();
  }
}

/** Ends a reader that nobody wants any more, whatever its state says to that. */
export function endReader(reader: LogReader): void {
  fireAndForget(() => reader.return());
}

export function endingOf(error: unknown): Ending {
  if (error instanceof FencedError) return "taken";
  if (error instanceof CursorLostError) return "overtaken";
  if (error instanceof StateClosedError) return "closed";
  return error instanceof UnknownLogError ? "lost" : "failed";
}
