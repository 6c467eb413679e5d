import { CursorLostError, FencedError, StateError, UnknownLogError, type LogReader } from "@towpath/mcp-core";
import { eventText, type EventSink } from "@towpath/mcp-core/http";
import { isPromise, type MaybePromise } from "@towpath/mcp-core/transport";
import { eventId } from "./stream-id.js";

/** Why a connection stopped delivering. */
export type Ending = "complete" | "left" | "taken" | "lost" | "failed";

/** One connection that carries a stream: it reads the log and writes what it reads. */
export class StreamConnection {
  readonly #stream: string;
  readonly #sink: EventSink;
  #reader: LogReader | undefined;
  #room: MaybePromise<void> = undefined;
  #left = false;

  constructor(stream: string, sink: EventSink) {
    this.#stream = stream;
    this.#sink = sink;
  }

  /** Settles when the client has read what was written to it, or is gone; nothing while there is room. */
  get room(): MaybePromise<void> {
    return this.#room;
  }

  /** Whether the client has gone, or was sent away. */
  get left(): boolean {
    return this.#left;
  }

  /** An event without a message, whose id is where to resume (2025-11-25, Sending Messages to the Server). */
  prime(cursor: string | undefined, retryMs: number): void {
    if (!this.#left) void this.#sink.write(eventText("", { id: eventId(this.#stream, cursor), retry: retryMs }));
  }

  /** Delivers until the log is complete, or something else ends it. `last` goes out when all else has. */
  async deliver(reader: LogReader, last: () => string | undefined): Promise<Ending> {
    this.#reader = reader;
    if (this.#left) await reader.return();
    const ending = await this.#deliver(reader);
    if (this.#left) return ending === "complete" ? "complete" : "left";
    const rest = ending === "complete" ? last() : undefined;
    this.#sink.end(rest === undefined ? undefined : eventText(rest));
    return ending;
  }

  /** The client is gone. */
  leave(): void {
    this.#left = true;
    void this.#reader?.return();
  }

  /** Sends the client away; it is to come back for the rest. */
  close(retryMs: number): void {
    if (this.#left) return;
    this.leave();
    this.#sink.end(`retry: ${String(retryMs)}\n\n`);
  }

  async #deliver(reader: LogReader): Promise<Ending> {
    try {
      for await (const { cursor, data } of reader) {
        if (this.#left) return "left";
        const written = this.#sink.write(eventText(data, { id: eventId(this.#stream, cursor) }));
        if (!isPromise(written)) continue;
        this.#room = written;
        await written;
        this.#room = undefined;
      }
      return this.#left ? "left" : "complete";
    } catch (error) {
      return endingOf(error);
    } finally {
      this.#room = undefined;
    }
  }
}

function endingOf(error: unknown): Ending {
  if (error instanceof FencedError) return "taken";
  if (error instanceof CursorLostError || error instanceof UnknownLogError) return "lost";
  if (error instanceof StateError) return "failed";
  throw error;
}
