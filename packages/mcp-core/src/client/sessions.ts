import type { ClientConnection, ClientTransport, MessageReceiver } from "../contract/index.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { Meta } from "../protocol/meta.js";
import { eraOf, isStatelessRevision, type Era } from "../protocol/revisions.js";
import { unlessAborted } from "../protocol/abort.js";
import type { Calls, CallLimits } from "./calls.js";
import { clientClosed } from "./client-closed.js";
import { connect, type Connected } from "./connect.js";
import { requestMeta, type Agreed, type Introduction } from "./negotiate.js";
import { checkTimeout, DEFAULT_PROBE_TIMEOUT_MS, type McpClientOptions } from "./options.js";
import { ReconnectPolicy } from "./reconnect.js";

/** A connection, what was agreed on it, and what every request on it says of us. */
export interface Session extends Connected {
  /** The `_meta` of requests; `undefined` in the handshake era. */
  readonly meta: JsonObject | undefined;
}

/** The connection of a client: opened, opened again when it was lost, and closed for good. */
export class Sessions {
  readonly #transport: ClientTransport;
  readonly #receiver: MessageReceiver;
  readonly #options: McpClientOptions;
  readonly #us: Introduction;
  readonly #limits: CallLimits;
  readonly #calls: Calls;
  readonly #reconnect: ReconnectPolicy;
  #connection: ClientConnection | undefined;
  #current: Session | undefined;
  #opening: Promise<Session> | undefined;
  #agreed: Agreed | undefined;
  /** Found out once, and again when it turns out wrong (Versioning, Backward Compatibility). */
  #era: Era | undefined;
  #lost: Error | undefined;
  readonly #closing = new AbortController();

  constructor(
    transport: ClientTransport,
    receiver: MessageReceiver,
    options: McpClientOptions,
    us: Introduction,
    calls: Calls,
    limits: CallLimits,
  ) {
    this.#transport = transport;
    this.#receiver = receiver;
    this.#options = options;
    this.#us = us;
    this.#limits = limits;
    this.#calls = calls;
    this.#reconnect = new ReconnectPolicy(transport.reconnect, calls.clock);
  }

  /** The session there is; `undefined` while there is none. */
  get current(): Session | undefined {
    return this.#current;
  }

  /**
   * The connection on which a request of the server's is answered: none in the stateless era, and for
   * nothing but `ping` before the era is known.
   */
  answerable(method: string): ClientConnection | undefined {
    if (this.#current === undefined) return method === "ping" ? this.#connection : undefined;
    return this.#current.meta === undefined ? this.#current.connection : undefined;
  }

  /** What was agreed on last. */
  get agreed(): Agreed {
    // A client is given out only once this is there.
    if (this.#agreed === undefined) throw new Error("The client is not connected");
    return this.#agreed;
  }

  /** Whether there is a session, or may be another one. */
  reachable(): boolean {
    return (
      !this.#closing.signal.aborted &&
      (this.#current !== undefined || this.#transport.reconnect !== undefined)
    );
  }

  /** The session there is, or a new one. */
  async ready(): Promise<Session> {
    return this.#current ?? (await this.open());
  }

  /**
   * Opens the connection, the first time or again; calls made meanwhile share the attempt, and wait for it no
   * longer than the client is open.
   */
  open(): Promise<Session> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return unlessAborted(this.#opening, this.#closing.signal);
  }

  async close(): Promise<void> {
    this.#closing.abort(clientClosed({ mayHaveBeenDelivered: false }));
    this.#current = undefined; // nothing more is sent while the connection ends
    await this.#connection?.close();
  }

  async #open(): Promise<Session> {
    if (this.#lost === undefined) return this.#attempt();
    let failure: unknown = gone(this.#lost);
    let isGranted = this.#reconnect.spend() || this.#reconnect.spendAnother();
    while (isGranted) {
      await this.#reconnect.pause(this.#closing.signal);
      try {
        return await this.#attempt();
      } catch (error) {
        this.#closing.signal.throwIfAborted();
        if (!this.#reconnect.failed(error)) throw error;
        failure = error;
        isGranted = this.#reconnect.spend();
      }
    }
    throw failure;
  }

  async #attempt(): Promise<Session> {
    this.#closing.signal.throwIfAborted();
    const { probeTimeoutMs = DEFAULT_PROBE_TIMEOUT_MS } = this.#options;
    const knownEra = this.#era;
    this.#era = undefined;
    const session = await connect(this.#transport, this.#receiver, {
      us: this.#us,
      limits: this.#limits,
      probeTimeoutMs: checkTimeout("probeTimeoutMs", probeTimeoutMs),
      calls: this.#calls,
      knownEra,
      closing: this.#closing.signal,
      opened: (connection) => {
        this.#connection = connection;
      },
      adopt: (connected) => this.#adopt(connected),
    });
    try {
      await this.#askForLogs(session);
    } catch (error) {
      await session.connection.close();
      throw error;
    }
    return session;
  }

  #adopt({ connection, agreed }: Connected): Session {
    const { logLevel } = this.#options;
    const { revision } = agreed;
    const logs = logLevel !== undefined && { [Meta.logLevel]: logLevel };
    const meta = isStatelessRevision(revision) ? { ...requestMeta(this.#us, revision), ...logs } : undefined;
    const session: Session = { connection, agreed, meta };
    this.#current = session;
    this.#agreed = agreed;
    this.#era = eraOf(revision);
    const { clock } = this.#calls;
    const openedAt = clock.now();
    void connection.closed.then(({ kind, error }) => {
      this.#reconnect.lasted(clock.now() - openedAt);
      if (this.#current === session) this.#current = undefined;
      this.#lost = error ?? new Error("the connection was closed");
      // Whoever calls next learns why it cannot be opened, if so.
      const isWanted = kind === "lost" && !this.#closing.signal.aborted;
      if (this.#reconnect.isEager && isWanted) this.open().catch(() => undefined);
    });
    return session;
  }

  /** Logging, of the handshake era; in the other one every request asks for itself. */
  async #askForLogs({ connection, agreed, meta }: Session): Promise<void> {
    const { logLevel } = this.#options;
    if (logLevel === undefined || meta !== undefined || agreed.capabilities.logging === undefined) return;
    const params = { level: logLevel };
    const message = { jsonrpc: "2.0", id: "towpath-log-level", method: "logging/setLevel", params } as const;
    await this.#calls.start(connection, message, this.#limits, {}, () => undefined);
  }
}

function gone(cause: Error): ConnectionLostError {
  return new ConnectionLostError(`The connection is gone: ${cause.message}`, {
    mayHaveBeenDelivered: false,
    cause,
  });
}
