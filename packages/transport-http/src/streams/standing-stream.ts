import { UnknownLogError, type LogReader } from "@towpath/mcp-core";
import { eventText, type EventSink } from "@towpath/mcp-core/http";
import type { MaybePromise } from "@towpath/mcp-core/transport";
import type { StreamConnection } from "./connection.js";
import { newStreamId, type StreamOwner } from "./stream-id.js";
import type { Streams } from "./streams.js";

/** Tells the ids of standing streams from those that answer a request. */
const PREFIX = "standing-";

/**
 * What a session's client hears outside any request, on the stream of its GET (Listening for Messages from the
 * Server). Its log begins with the first message: most such streams never carry one.
 */
export class StandingStream {
  readonly id: string;
  readonly #streams: Streams | undefined;
  readonly #name: string;
  #sink: EventSink | undefined;
  #connection: StreamConnection | undefined;
  #onEnd: (() => void) | undefined;
  #log: Promise<unknown> | undefined;

  static isId(stream: string): boolean {
    return stream.startsWith(PREFIX);
  }

  /** @param streams absent where streams cannot be resumed */
  constructor(streams: Streams | undefined, owner: StreamOwner, id = `${PREFIX}${newStreamId()}`) {
    this.id = id;
    this.#streams = streams;
    this.#name = streams?.name(id, owner) ?? "";
  }

  get attached(): boolean {
    return this.#sink !== undefined;
  }

  /** Lets a connection carry it, until `onEnd`. Any other ends: the newest wins. */
  async attach(sink: EventSink, onEnd: () => void, primed: boolean, after?: string): Promise<void> {
    this.detach();
    this.#sink = sink;
    this.#onEnd = onEnd;
    if (!sink.open) {
      this.leave(sink); // its client left while its session was looked for
      return;
    }
    if (this.#streams === undefined) return;
    const connection = this.#streams.connect(this.id, sink, primed);
    this.#connection = connection;
    if (primed) connection.prime(after, this.#streams.retryMs);
    try {
      const reader = await this.#streams.resume(this.#name, after);
      if (reader === undefined) return;
      this.#log ??= Promise.resolve();
      this.#read(sink, connection, reader);
    } catch (error) {
      this.#streams.report(error);
      if (this.#sink === sink) this.close(this.#streams.retryMs); // it may be there when the client comes again
    }
  }

  send(json: string): MaybePromise<void> {
    if (this.#streams === undefined) return this.#sink?.write(eventText(json));
    return this.#append(this.#streams, json);
  }

  /** Its connection is gone, or goes: what comes is kept for a while. */
  leave(sink: EventSink): void {
    if (this.#sink !== sink) return;
    this.#sink = undefined;
    this.#connection?.leave();
    this.#connection = undefined;
    this.#streams?.release(this.#name);
    this.#onEnd?.();
  }

  /** Ends its connection. */
  detach(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.leave(sink);
    sink.end();
  }

  /** Ends its connection; the client is to come back, here or on another node. */
  close(retryMs: number): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.leave(sink);
    sink.end(`retry: ${String(retryMs)}\n\n`);
  }

  async #append(streams: Streams, json: string): Promise<void> {
    try {
      await this.#keep(streams, json).catch((error: unknown) => {
        if (error instanceof UnknownLogError) return this.#keep(streams, json); // it had expired
        throw error;
      });
    } catch (error) {
      // Without a log there is nothing to resume, but whoever is connected hears it.
      streams.report(error);
      await this.#sink?.write(eventText(json));
    }
  }

  async #keep(streams: Streams, json: string): Promise<void> {
    this.#log ??= this.#begin(streams);
    try {
      await this.#log;
      await streams.append(this.#name, json);
    } catch (error) {
      this.#log = undefined;
      throw error;
    }
  }

  async #begin(streams: Streams): Promise<void> {
    await streams.create(this.#name);
    const connection = this.#connection;
    const sink = this.#sink;
    if (connection === undefined || sink === undefined) return;
    this.#read(sink, connection, await streams.read(this.#name, "start"));
  }

  #read(sink: EventSink, connection: StreamConnection, reader: LogReader): void {
    if (this.#sink === sink) this.#streams?.keep(this.#name);
    void this.#streams?.carry(this.#name, connection, reader).then(() => this.leave(sink));
  }
}
