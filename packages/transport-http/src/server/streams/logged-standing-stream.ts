import { UnknownLogError, type LogReader } from "@towpath/mcp-core";
import type { EventSink } from "@towpath/mcp-core/http";
import { endReader, StreamConnection } from "./connection.js";
import { DirectStandingStream, type Carrier, type StandingStream } from "./standing-stream.js";
import { logName, newStandingId, type StreamOwner } from "./stream-id.js";
import type { Streams } from "./streams.js";

const DONE = Promise.resolve();

/**
 * A standing stream that its client may leave and take up again. Its log begins with the first message: most such
 * streams never carry one.
 */
export class LoggedStandingStream implements StandingStream {
  readonly id: string;
  readonly #streams: Streams;
  readonly #owner: StreamOwner;
  readonly #direct = new DirectStandingStream();
  #connection: StreamConnection | undefined;
  /** A connection for which there was no log to read when it came. */
  #unread: StreamConnection | undefined;
  /** Settles when there is a log to append to. */
  #log: Promise<void> | undefined;
  /** Whatever takes the log to read it waits for this, or two would take it from each other. */
  #turn: Promise<void> = DONE;

  constructor(streams: Streams, owner: StreamOwner, id = newStandingId()) {
    this.id = id;
    this.#streams = streams;
    this.#owner = owner;
  }

  /** Not kept, as most never need it. */
  get #name(): string {
    return logName(this.id, this.#owner);
  }

  get attached(): boolean {
    return this.#direct.attached;
  }

  async attach(carrier: Carrier): Promise<void> {
    const { sink, primed, after, onMissed, onEnd } = carrier;
    const connection = new StreamConnection(this.id, sink, primed);
    this.#direct.attach({ ...carrier, onEnd: () => this.#ended(connection, onEnd) });
    if (!connection.open) return;
    this.#connection = connection;
    if (primed) connection.prime(after, this.#streams.retryMs);
    try {
      await this.#inTurn(() => this.#resume(connection, after));
      // It had a log once, as that event was in it.
      if (after !== undefined && connection === this.#unread) onMissed();
    } catch (error) {
      if (connection !== this.#connection) return;
      this.#streams.report(error);
      this.close(this.#streams.retryMs); // the log may be there when the client comes again
    }
  }

  async send(json: string, key: string = crypto.randomUUID()): Promise<void> {
    try {
      await this.#keep(json, key).catch((error: unknown) => {
        if (error instanceof UnknownLogError) return this.#keep(json, key); // it had expired
        throw error;
      });
    } catch (error) {
      // Without a log there is nothing to resume, but whoever is connected hears it.
      this.#streams.report(error);
      const connection = this.#connection;
      if (connection !== undefined) await this.#streams.tell(this.#name, connection, json, key, error);
    }
  }

  leave(sink: EventSink): void {
    this.#direct.leave(sink);
  }

  detach(): void {
    this.#direct.detach();
  }

  close(retryMs: number): void {
    this.#direct.close(retryMs);
  }

  /** What comes is kept for a while. */
  #ended(connection: StreamConnection, onEnd: () => void): void {
    connection.leave();
    this.#connection = undefined;
    this.#streams.release(this.#name);
    onEnd();
  }

  async #keep(json: string, key: string): Promise<void> {
    await this.#streams.turns.take(() => this.#write(json, key));
    await this.#streams.room(this.#name);
  }

  async #write(json: string, key: string): Promise<void> {
    const log = (this.#log ??= this.#inTurn(() => this.#begin()));
    try {
      await log;
      await this.#streams.write(this.#name, json, key);
    } catch (error) {
      if (this.#log === log) this.#log = undefined;
      throw error;
    }
  }

  async #begin(): Promise<void> {
    await this.#streams.create(this.#name);
    const connection = this.#unread;
    if (connection === undefined || connection !== this.#connection) return;
    // Whatever is in it by now has come since that connection did.
    this.#carry(connection, await this.#streams.read(this.#name, "oldest"));
  }

  async #resume(connection: StreamConnection, after: string | undefined): Promise<void> {
    if (connection !== this.#connection) return;
    const reader = await this.#streams.resume(this.#name, after);
    if (reader !== undefined) {
      this.#carry(connection, reader);
    } else {
      this.#unread = connection;
      this.#log = undefined;
    }
  }

  #carry(connection: StreamConnection, reader: LogReader): void {
    if (connection !== this.#connection) {
      endReader(reader); // it has gone in the meantime
      return;
    }
    this.#unread = undefined;
    this.#log ??= DONE;
    this.#streams.keep(this.#name);
    void this.#streams.carry(this.#name, connection, reader).then(() => this.leave(connection.sink));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
