import {
  CursorLostError,
  FencedError,
  InvalidArgumentError,
  LimitError,
  StateClosedError,
  StateUnavailableError,
  UnknownLogError,
  type LogPosition,
  type LogReader,
  type State,
} from "@towpath/mcp-core";
import {
  fireAndForget,
  systemClock,
  type Clock,
  type MaybePromise,
  type Nodes,
} from "@towpath/mcp-core/transport";
import type { Resumability } from "../options.js";
import { Turns } from "../turns.js";
import { endingOf, type Ending, type StreamConnection } from "./connection.js";
import { insist } from "./insist.js";
import { isProgress } from "./is-progress.js";
import { LiveLogs } from "./live-logs.js";
import { LogAppender } from "./log-appender.js";
import { Membership } from "./membership.js";
import { newNote } from "./note.js";
import { aboutOf, type StreamOrigin } from "./origin.js";
import { seldom } from "./seldom.js";
import { UnderWay } from "./under-way.js";
import { watchOver } from "./watch-over.js";

/** How long a stream that was delivered to its end is kept, in ms: its last bytes may have been lost on their way. */
const DELIVERED_TTL_MS = 30_000;

/** How a connection ends whose stream goes on, though no log can be read or written for it any more. */
const UNREADABLE: ReadonlySet<Ending> = new Set(["lost", "closed"]);

/** The key of the event that ends a stream: written again, it is there once. */
const LAST = "last";

/** Logs that are written to at a time where all have the same to tell: calls are not to wait behind them. */
const AT_ONCE = 100;

/** A state that is full refuses every stream: its author is told now and then. */
const TELL_EVERY_MS = 60_000;

export interface StreamsOptions {
  readonly logs: State["logs"];
  /** Where other nodes may take streams up, and end those of a node that is gone. */
  readonly nodes?: Nodes | undefined;
  readonly kept: Resumability;
  readonly retryMs: number;
  /** Told of what keeps streams from being kept; at most once a minute. */
  readonly report: (error: unknown) => void;
  readonly clock?: Clock | undefined;
}

/**
 * The resumable streams of an endpoint. Each is a log, written where its request is served, and read by whichever
 * connection came last, on whichever node; this knows what of it happens here.
 */
export class Streams {
  readonly retryMs: number;
  readonly report: (error: unknown) => void;
  /** For what is to be written to many logs at once. */
  readonly turns = new Turns(AT_ONCE);
  readonly #logs: State["logs"];
  readonly #nodes: Nodes | undefined;
  readonly #member: Membership | undefined;
  readonly #kept: Resumability;
  readonly #clock: Clock;
  /** What is on its way to a log or a client. */
  readonly #work = new UnderWay();
  readonly #connections = new Map<string, StreamConnection>();
  /** For streams that are being taken up: by whom last. */
  readonly #resuming = new Map<string, symbol>();
  readonly #live: LiveLogs;
  readonly #appender: LogAppender;
  /** Streams whose end comes from here. */
  readonly #answering = new Set<string>();
  /** Connections of those that are told what comes, and read no log. */
  readonly #unread = new Map<string, StreamConnection>();

  constructor({ logs, nodes, kept, retryMs, report, clock = systemClock }: StreamsOptions) {
    this.#logs = logs;
    this.#nodes = nodes;
    this.#member = nodes === undefined ? undefined : new Membership(nodes);
    this.report = seldom(report, TELL_EVERY_MS, clock);
    this.#kept = kept;
    this.retryMs = retryMs;
    this.#clock = clock;
    this.#live = new LiveLogs(logs, kept.ttlMs, clock);
    this.#appender = new LogAppender(logs);
  }

  /** Creates the log of a stream, and gives the cursor before its first event; nothing if it is there already. */
  create(name: string): Promise<string | undefined> {
    return this.#logs.create(name, this.#kept);
  }

  /**
   * Creates the log of a stream that answers requests, and keeps it until {@link release}: if this node is gone,
   * another answers them.
   */
  async begin(name: string, answers: Omit<StreamOrigin, "node">): Promise<string | undefined> {
    this.#answering.add(name);
    this.#live.keep(name);
    if (this.#nodes === undefined) return this.create(name);
    await this.#member?.join();
    const about = aboutOf({ ...answers, node: this.#nodes.id });
    return this.#logs.create(name, { ...this.#kept, about });
  }

  /** @param key tells it from all others of the log; other nodes may append it, too */
  async append(name: string, json: string, key: string): Promise<void> {
    await this.write(name, json, key);
    await this.room(name);
  }

  /** The same, whether or not its client reads. */
  write(name: string, json: string, key: string): Promise<void> {
    return this.#appender.append(name, json, key);
  }

  /** Settles when the client of a stream has read what was written to it, or is gone. */
  room(name: string): MaybePromise<void> {
    return this.#connections.get(name)?.room;
  }

  /**
   * Appends the last event, if there is one, and closes the log. While the state is away, this is tried again for as
   * long as the log may be there.
   */
  complete(name: string, json: string | undefined): Promise<void> {
    const write = (): Promise<void> => this.#appender.complete(name, json, LAST);
    const onAway = (): void => this.#finishNow(name, json);
    const written = insist(write, { clock: this.#clock, forMs: this.#kept.ttlMs, onAway });
    return this.#work.during(
      written.catch((error: unknown) => {
        if (error instanceof StateClosedError) this.#finishNow(name, json);
        throw error;
      }),
    );
  }

  delete(name: string): void {
    this.release(name);
    fireAndForget(() => this.#logs.delete(name));
  }

  /** Takes the log for a connection of this node; whoever read it before stops. */
  read(name: string, from: LogPosition): Promise<LogReader> {
    return this.#logs.read(name, { from, exclusive: true });
  }

  /**
   * Sends a connection what could not be appended. If the connection breaks, it is lost, unless the log gets it when the
   * state is back. Who has been told, and then comes back, is told once more: but of progress, which may not stand still
   * (2025-11-25, Progress, Progress Flow: its value MUST increase with each notification). Never rejects.
   * @param key with which that was tried
   * @param cause why it could not
   */
  async tell(name: string, connection: StreamConnection, json: string, key: string, cause: unknown) {
    if (cause instanceof LimitError) return this.#tellInOrder(name, connection, json);
    if (!(cause instanceof StateUnavailableError)) return connection.tell(json);
    if (!isProgress(json)) this.#appender.owe(name, json, key);
    await connection.tellAhead(json);
  }

  /**
   * Takes up a stream after some event, if there is such a stream. Where that event was trimmed, what is left
   * follows: it has the response.
   * @throws FencedError when another connection has come for it since
   */
  async resume(name: string, after: string | undefined): Promise<LogReader | undefined> {
    const turn = Symbol();
    this.#resuming.set(name, turn);
    try {
      return await this.read(name, after === undefined ? "start" : { after });
    } catch (error) {
      if (error instanceof UnknownLogError || error instanceof InvalidArgumentError) return undefined;
      if (!(error instanceof CursorLostError)) throw error;
      if (this.#resuming.get(name) !== turn) throw new FencedError(name);
      return await this.read(name, "oldest");
    } finally {
      if (this.#resuming.get(name) === turn) this.#resuming.delete(name);
    }
  }

  /** Sees to it that a stream ends, also if it is another node's, and that is gone. Returns the way to stop. */
  watchOver(name: string): () => void {
    const nodes = this.#nodes;
    if (nodes === undefined) return () => undefined;
    const watching = new AbortController();
    const { signal } = watching;
    fireAndForget(() => watchOver(name, { logs: this.#logs, nodes, clock: this.#clock, signal }));
    return () => watching.abort();
  }

  /** Lets a connection carry a stream until one of them ends. Never rejects. */
  carry(name: string, connection: StreamConnection, reader: LogReader): Promise<void> {
    this.#connections.set(name, connection);
    return this.#work.during(this.#carry(name, connection, reader));
  }

  /** The connection that carries a stream, if it is of this node. */
  connection(name: string): StreamConnection | undefined {
    return this.#connections.get(name);
  }

  /** Keeps a log for as long as somebody may still write to it. */
  keep(name: string): void {
    this.#live.keep(name);
  }

  /** Nothing more is written to it from here. */
  release(name: string): void {
    this.#live.release(name);
    this.#answering.delete(name);
    this.#appender.forget(name);
    this.#unread.get(name)?.finish();
  }

  /** Sends away the clients that know what that means; they are to come back for the rest, here or on another node. */
  closeConnections(): void {
    for (const connection of this.#connections.values()) {
      if (connection.polls) connection.close(this.retryMs);
    }
  }

  /** Settles when all that was written has gone where it goes, and no connection carries a stream. */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  /** There is no more to come from here. */
  async leave(): Promise<void> {
    await this.#member?.leave();
  }

  /** Where the log has no room for it. */
  async #tellInOrder(name: string, connection: StreamConnection, json: string): Promise<void> {
    if (this.#connections.get(name) !== connection) return connection.tell(json);
    const note = newNote();
    const told = connection.tellAt(note, json);
    try {
      await this.#logs.append(name, note);
    } catch {
      void connection.tellNow(note);
    }
    await told;
  }

  /** Whoever is here need not wait for the state. */
  #finishNow(name: string, json: string | undefined): void {
    const connection = this.#connections.get(name);
    if (json !== undefined) connection?.endWith(json, json);
    connection?.finish();
  }

  get #deliveredTtlMs(): number {
    return Math.min(this.#kept.ttlMs, DELIVERED_TTL_MS);
  }

  async #carry(name: string, connection: StreamConnection, reader: LogReader): Promise<void> {
    const ending = await this.#deliver(name, connection, reader);
    if (UNREADABLE.has(ending) && this.#answering.has(name) && this.#isLatest(name, connection))
      await this.#goOnWithout(name, connection);
    if (this.#connections.get(name) === connection) this.#connections.delete(name);
    connection.finish();
    if (ending === "complete") fireAndForget(() => this.#logs.touch(name, this.#deliveredTtlMs));
  }

  /** What is still to come is told directly. */
  async #goOnWithout(name: string, connection: StreamConnection): Promise<void> {
    this.#unread.set(name, connection);
    await connection.ended();
    this.#unread.delete(name);
  }

  /** Where a large event pushed others out before they were read, what is left follows: it has the response. */
  async #deliver(name: string, connection: StreamConnection, reader: LogReader): Promise<Ending> {
    let ending = await connection.deliver(reader);
    try {
      while (ending === "overtaken" && connection.open && this.#isLatest(name, connection))
        ending = await connection.deliver(await this.read(name, "oldest"));
    } catch (error) {
      ending = endingOf(error);
    }
    return ending;
  }

  #isLatest(name: string, connection: StreamConnection): boolean {
    return this.#connections.get(name) === connection && !this.#resuming.has(name);
  }
}
