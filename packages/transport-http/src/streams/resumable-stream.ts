import type { EventSink, HttpCall } from "@towpath/mcp-core/http";
import { DirectStream, type EventStream } from "./event-stream.js";
import type { StreamConnection } from "./connection.js";
import { newStreamId, type StreamOwner } from "./stream-id.js";
import type { Streams } from "./streams.js";

export interface StreamStart {
  readonly owner: StreamOwner;
  readonly call: HttpCall;
  readonly sink: EventSink;
  /** Whether the client is told at once where to resume (since 2025-11-25). */
  readonly primed: boolean;
  readonly report: (error: unknown) => void;
}

/** A stream that its client may leave and take up again. */
export class ResumableStream implements EventStream {
  readonly connection: StreamConnection;
  readonly #streams: Streams;
  readonly #name: string;
  readonly #report: (error: unknown) => void;
  /** What the log had no room for, and goes straight to the client if it is still there. */
  #last: string | undefined;

  /** Where the state has no room for a log, the stream ends with its connection. */
  static async start(streams: Streams, start: StreamStart): Promise<EventStream> {
    const stream = new ResumableStream(streams, newStreamId(), start);
    try {
      await stream.#begin(start.primed);
      return stream;
    } catch (error) {
      start.report(error);
      return new DirectStream(start.sink);
    }
  }

  private constructor(streams: Streams, id: string, { owner, call, sink, report }: StreamStart) {
    this.#streams = streams;
    this.#name = streams.name(id, owner);
    this.#report = report;
    this.connection = streams.connect(id, sink);
    call.onGone(() => this.connection.leave());
  }

  send(json: string): Promise<void> {
    return this.#streams.append(this.#name, json);
  }

  end(json?: string): void {
    this.#streams.release(this.#name);
    this.#streams.complete(this.#name, json).catch((error: unknown) => {
      this.#last = json;
      this.#report(error);
      this.#streams.complete(this.#name, undefined).catch(this.#report);
    });
  }

  /** Ends the connection, on which the client may have come back in the meantime. */
  closeConnection(retryMs = this.#streams.retryMs): void {
    (this.#streams.connection(this.#name) ?? this.connection).close(retryMs);
  }

  async #begin(primed: boolean): Promise<void> {
    const cursor = await this.#streams.create(this.#name);
    if (primed) this.connection.prime(cursor, this.#streams.retryMs);
    const reader = await this.#streams.read(this.#name, "start");
    this.#streams.keep(this.#name);
    this.#streams.carry(this.#name, this.connection, reader, () => this.#last).catch(this.#report);
  }
}
