import {
  CursorLostError,
  UnknownLogError,
  type LogPosition,
  type LogReader,
  type State,
} from "@towpath/mcp-core";
import type { EventSink } from "@towpath/mcp-core/http";
import { fireAndForget, systemClock, type Clock, type Scheduled } from "@towpath/mcp-core/transport";
import type { Resumability } from "../options.js";
import { StreamConnection, type Ending } from "./connection.js";
import { logName, type StreamOwner } from "./stream-id.js";

/** How long a stream that was delivered to its end is kept, in ms: its last bytes may have been lost on their way. */
const DELIVERED_TTL_MS = 30_000;

export interface StreamsOptions {
  readonly logs: State["logs"];
  readonly kept: Resumability;
  readonly retryMs: number;
  readonly clock?: Clock | undefined;
}

/**
 * The resumable streams of an endpoint. Each is a log, written where its request is served, and read by whichever
 * connection came last, on whichever node; this knows what of it happens here.
 */
export class Streams {
  readonly retryMs: number;
  readonly #logs: State["logs"];
  readonly #kept: Resumability;
  readonly #clock: Clock;
  readonly #connections = new Map<string, StreamConnection>();
  /** Logs that are to be kept, however long nothing is appended to them. */
  readonly #live = new Set<string>();
  #heartbeat: Scheduled | undefined;

  constructor({ logs, kept, retryMs, clock = systemClock }: StreamsOptions) {
    this.#logs = logs;
    this.#kept = kept;
    this.retryMs = retryMs;
    this.#clock = clock;
  }

  /** Creates the log of a stream, and gives the cursor before its first event; nothing if it is there already. */
  create(name: string): Promise<string | undefined> {
    return this.#logs.create(name, this.#kept);
  }

  async append(name: string, json: string): Promise<void> {
    await this.#logs.append(name, json);
    await this.#connections.get(name)?.room;
  }

  /** Appends the last event, if there is one, and closes the log. */
  async complete(name: string, json: string | undefined): Promise<void> {
    if (json === undefined) await this.#logs.close(name);
    else await this.#logs.append(name, json, { close: true });
  }

  /** Takes the log for a connection of this node; whoever read it before stops. */
  read(name: string, from: LogPosition): Promise<LogReader> {
    return this.#logs.read(name, { from, exclusive: true });
  }

  /** Takes up a stream after some event. Where that was trimmed, what is left follows: it has the response. */
  async resume(name: string, after: string | undefined): Promise<LogReader | undefined> {
    try {
      return await this.read(name, after === undefined ? "start" : { after });
    } catch (error) {
      if (error instanceof UnknownLogError) return undefined;
      if (error instanceof CursorLostError) return this.read(name, "oldest");
      throw error;
    }
  }

  /** Lets a connection carry a stream until one of them ends. */
  async carry(
    name: string,
    connection: StreamConnection,
    reader: LogReader,
    last: () => string | undefined = () => undefined,
  ): Promise<Ending> {
    this.#connections.set(name, connection);
    const ending = await connection.deliver(reader, last);
    if (this.#connections.get(name) === connection) this.#connections.delete(name);
    if (ending === "complete") fireAndForget(() => this.#logs.touch(name, this.#deliveredTtlMs));
    return ending;
  }

  /** The connection that carries a stream, if it is of this node. */
  connection(name: string): StreamConnection | undefined {
    return this.#connections.get(name);
  }

  /** Keeps a log for as long as somebody may still write to it. */
  keep(name: string): void {
    this.#live.add(name);
    if (this.#heartbeat === undefined) this.#scheduleBeat();
  }

  release(name: string): void {
    this.#live.delete(name);
  }

  /** Sends the clients of all streams away; they are to come back for the rest, here or on another node. */
  closeConnections(): void {
    for (const connection of this.#connections.values()) connection.close(this.retryMs);
  }

  connect(stream: string, sink: EventSink): StreamConnection {
    return new StreamConnection(stream, sink);
  }

  name(stream: string, owner: StreamOwner): string {
    return logName(stream, owner);
  }

  get #deliveredTtlMs(): number {
    return Math.min(this.#kept.ttlMs, DELIVERED_TTL_MS);
  }

  readonly #beat = (): void => {
    for (const name of this.#live) fireAndForget(() => this.#logs.touch(name, this.#kept.ttlMs));
    this.#heartbeat = undefined;
    if (this.#live.size > 0) this.#scheduleBeat();
  };

  #scheduleBeat(): void {
    this.#heartbeat = this.#clock.schedule(this.#kept.ttlMs / 3, this.#beat);
  }
}
