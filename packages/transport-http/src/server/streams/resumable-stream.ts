import { LogClosedError } from "@towpath/mcp-core";
import type { EventSink, HttpCall } from "@towpath/mcp-core/http";
import { StreamConnection } from "./connection.js";
import { DirectStream, type EventStream } from "./event-stream.js";
import type { StreamOrigin } from "./origin.js";
import { logName, newStreamId, type StreamOwner } from "./stream-id.js";
import type { Streams } from "./streams.js";
import { unkept } from "./unkept.js";

const LOST =
  "Another node answered a request for this one, as lost: it was cut off from the state for too long, and then was done";

export interface StreamStart {
  readonly owner: StreamOwner;
  readonly call: HttpCall;
  readonly sink: EventSink;
  /** Whether the client is told at once where to resume (since 2025-11-25). */
  readonly primed: boolean;
  readonly answers: Pick<StreamOrigin, "requests" | "batch">;
}

/** A stream that its client may leave and take up again. */
export class ResumableStream implements EventStream {
  readonly #streams: Streams;
  readonly #name: string;
  readonly #connection: StreamConnection;
  readonly #answers: StreamStart["answers"];
  /** How many messages, which is the key of each. */
  #sent = 0;

  /** Where the state has no room for a log, the stream ends with its connection. */
  static async start(streams: Streams, start: StreamStart): Promise<EventStream> {
    const stream = new ResumableStream(streams, newStreamId(), start);
    try {
      await stream.#begin();
      return stream;
    } catch (error) {
      streams.report(error);
      streams.delete(stream.#name);
      return new DirectStream(start.sink);
    }
  }

  private constructor(streams: Streams, id: string, { owner, call, sink, primed, answers }: StreamStart) {
    this.#streams = streams;
    this.#name = logName(id, owner);
    this.#answers = answers;
    this.#connection = new StreamConnection(id, sink, primed);
    call.onGone(() => this.#connection.leave());
  }

  async send(json: string): Promise<void> {
    const key = String((this.#sent += 1));
    try {
      await this.#streams.append(this.#name, json, key);
    } catch (error) {
      const connection = this.#streams.connection(this.#name);
      // Another node has answered already, as if this one were gone; or nobody is here.
      if (error instanceof LogClosedError || connection === undefined) throw error;
      this.#streams.report(error);
      await this.#streams.tell(this.#name, connection, json, key, error);
    }
  }

  end(json?: string): void {
    void this.#streams
      .complete(this.#name, json)
      .catch((error: unknown) => this.#endWithout(json, error))
      .finally(() => this.#streams.release(this.#name));
  }

  /** Ends the connection, on which the client may have come back in the meantime. */
  closeConnection(retryMs = this.#streams.retryMs): void {
    // A client of an older revision would take the end of the connection for the end of the stream.
    if (!this.#connection.polls) return;
    (this.#streams.connection(this.#name) ?? this.#connection).close(retryMs);
  }

  async #begin(): Promise<void> {
    const cursor = await this.#streams.begin(this.#name, this.#answers);
    const reader = await this.#streams.read(this.#name, "start");
    if (this.#connection.polls) this.#connection.prime(cursor, this.#streams.retryMs);
    void this.#streams.carry(this.#name, this.#connection, reader);
  }

  /** The log has no room for the response: whoever is there gets it, whoever comes back learns that there was one. */
  async #endWithout(json: string | undefined, cause: unknown): Promise<void> {
    if (cause instanceof LogClosedError) {
      this.#streams.report(new Error(LOST, { cause }));
      return;
    }
    this.#streams.report(cause);
    const connection = this.#streams.connection(this.#name);
    const rest = json === undefined ? undefined : unkept(json);
    if (json !== undefined) connection?.endWith(json, rest);
    const end = (last?: string): Promise<unknown> => this.#streams.complete(this.#name, last);
    try {
      await end(rest).catch(() => end());
    } catch (error) {
      this.#streams.report(error);
      connection?.finish();
    }
  }
}
