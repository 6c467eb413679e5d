import { CursorLostError, FencedError, UnknownLogError, type LogReader } from "@towpath/mcp-core";
import { eventText, type EventSink } from "@towpath/mcp-core/http";
import { isPromise, type MaybePromise } from "@towpath/mcp-core/transport";
import { eventId } from "./stream-id.js";

/** Why a connection stopped delivering. `overtaken`: events were trimmed before it had got to them. */
export type Ending = "complete" | "left" | "taken" | "overtaken" | "lost" | "failed";

/** One connection that carries a stream: it reads the log and writes what it reads. */
export class StreamConnection {
  readonly #stream: string;
  readonly #sink: EventSink;
  /** Its client knows that it may be sent away, and comes back for the rest (since 2025-11-25). */
  readonly polls: boolean;
  #reader: LogReader | undefined;
  #room: MaybePromise<void> = undefined;
  #left = false;
  #last: string | undefined;

  constructor(stream: string, sink: EventSink, polls: boolean) {
    this.#stream = stream;
    this.#sink = sink;
    this.polls = polls;
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
    if (!this.#left)
      void this.#sink.write(eventText("", { id: eventId(this.#stream, cursor), retry: retryMs }));
  }

  /** Delivers until the log is complete, or something else ends it; {@link finish} is to follow. */
  async deliver(reader: LogReader): Promise<Ending> {
    this.#reader = reader;
    if (this.#left) await reader.return();
    try {
      for await (const { cursor, data } of reader) {
        if (this.#left) return "left";
        const written = this.#write(eventText(data, { id: eventId(this.#stream, cursor) }));
        if (written !== undefined) await written;
      }
      return this.#left ? "left" : "complete";
    } catch (error) {
      return endingOf(error);
    }
  }

  /** Sends what no log has room for: if the connection breaks, it is lost. */
  tell(json: string): MaybePromise<void> {
    return this.#left ? undefined : this.#sink.write(eventText(json));
  }

  /** What no log has room for, and is to go out when all else has. */
  endWith(json: string): void {
    this.#last = json;
  }

  /** Ends the connection: nothing more is coming. */
  finish(): void {
    if (!this.#left) this.#sink.end(this.#last === undefined ? undefined : eventText(this.#last));
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

  #write(text: string): Promise<void> | undefined {
    const written = this.#sink.write(text);
    if (!isPromise(written)) return undefined;
    const room = written.finally(() => (this.#room = undefined));
    this.#room = room;
    return room;
  }
}

export function endingOf(error: unknown): Ending {
  if (error instanceof FencedError) return "taken";
  if (error instanceof CursorLostError) return "overtaken";
  return error instanceof UnknownLogError ? "lost" : "failed";
}
