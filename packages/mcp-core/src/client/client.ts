import type { ClientConnection, ClientTransport, Dispatcher, MessageReceiver } from "../contract/index.js";
import { ErrorCode } from "../jsonrpc/errors.js";
import { isObject, isRequest, shortened } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcMessage, JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { memoryTransport } from "../memory/memory-transport.js";
import { missingServerCapability, SERVER_CAPABILITY_FOR } from "../protocol/capabilities.js";
import { systemClock } from "../protocol/clock.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { Meta } from "../protocol/meta.js";
import { eraOf, isStatelessRevision, REVISIONS, type Era, type Revision } from "../protocol/revisions.js";
import type { CallToolResult, Implementation, ServerCapabilities, Tool } from "../protocol/types.js";
import { fireAndForget, isolate } from "../protocol/promises.js";
import { VERSION } from "../protocol/version.js";
import { Calls, type CallLimits } from "./calls.js";
import { connect, type Session } from "./connect.js";
import { MissingServerCapabilityError } from "./errors.js";
import { requestMeta, type Agreed, type Introduction } from "./negotiate.js";
import {
  checkTimeout,
  DEFAULT_MAX_TOTAL_TIMEOUT_MS,
  DEFAULT_PROBE_TIMEOUT_MS,
  DEFAULT_TIMEOUT_MS,
  type CallOptions,
  type ClientExtension,
  type McpClientOptions,
} from "./options.js";
import { ReconnectPolicy } from "./reconnect.js";
import { listAll, readLogMessage, readToolResult, resultOf, toolsOf } from "./results.js";

const NO_OPTIONS: CallOptions = {};
const OURSELVES: Implementation = { name: "towpath", version: VERSION };

/**
 * A client of one MCP server, whichever era and revision that speaks.
 *
 * ```ts
 * const client = await McpClient.connect(stdioClient({ command: "node", args: ["server.js"] }));
 * const { content } = await client.callTool("add", { a: 1, b: 2 });
 * await client.close();
 * ```
 */
export class McpClient {
  readonly #transport: ClientTransport;
  readonly #options: McpClientOptions;
  readonly #us: Introduction;
  readonly #limits: CallLimits;
  readonly #calls: Calls;
  readonly #reconnect: ReconnectPolicy;
  readonly #resultTypes: ReadonlySet<string>;
  /** The server capability each method needs, those of extensions included. */
  readonly #neededFor: ReadonlyMap<string, readonly string[]>;
  #connection: ClientConnection | undefined;
  #session: Session | undefined;
  #connecting: Promise<Session> | undefined;
  #agreed: Agreed | undefined;
  /** Found out once, and again when it turns out wrong (Versioning, Backward Compatibility). */
  #era: Era | undefined;
  #meta: JsonObject | undefined;
  #lost: Error | undefined;
  #closed = false;
  #nextId = 1;

  private constructor(transport: ClientTransport, options: McpClientOptions) {
    const { clock = systemClock, extensions = [] } = options;
    this.#transport = transport;
    this.#options = options;
    this.#us = introductionOf(options);
    this.#limits = {
      timeoutMs: checkTimeout("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      maxTotalTimeoutMs: checkTimeout(
        "maxTotalTimeoutMs",
        options.maxTotalTimeoutMs ?? DEFAULT_MAX_TOTAL_TIMEOUT_MS,
      ),
    };
    this.#calls = new Calls(clock);
    this.#reconnect = new ReconnectPolicy(transport.reconnect, clock);
    this.#neededFor = new Map([...SERVER_CAPABILITY_FOR, ...extensions.flatMap(capabilitiesForMethods)]);
    this.#resultTypes = new Set(["complete", ...extensions.flatMap(({ resultTypes = [] }) => resultTypes)]);
  }

  /**
   * Connects to a server, in another process or in this one, and finds out how it wants to be spoken to.
   * @throws NoCommonRevisionError, ConnectionLostError, ProtocolError, or what the transport fails with
   */
  static async connect(
    target: Dispatcher | ClientTransport,
    options: McpClientOptions = {},
  ): Promise<McpClient> {
    const client = new McpClient("open" in target ? memoryTransport(target) : target, options);
    await client.#open();
    return client;
  }

  /** The era the server is spoken to in. */
  get era(): Era {
    return eraOf(this.revision);
  }

  get revision(): Revision {
    return this.#known.revision;
  }

  /** Name and version as the server reports them, unverified. */
  get server(): Implementation | undefined {
    return this.#known.server;
  }

  /** What the server declared. */
  get capabilities(): ServerCapabilities {
    return this.#known.capabilities;
  }

  /** Guidance for a model on how to use the server. */
  get instructions(): string | undefined {
    return this.#known.instructions;
  }

  /** All tools of the server, page by page (Tools, Listing Tools). */
  async listTools(options: CallOptions = NO_OPTIONS): Promise<readonly Tool[]> {
    return listAll(
      (cursor) => this.request("tools/list", cursor === undefined ? {} : { cursor }, options),
      toolsOf,
    );
  }

  /**
   * Calls a tool (Tools, Calling Tools). A failure of the tool itself is a result with `isError`.
   * @throws ProtocolError, RequestTimeoutError, ConnectionLostError, MissingServerCapabilityError,
   *   InvalidResultError, or the reason of `signal`
   */
  async callTool(
    name: string,
    args: JsonObject = {},
    options: CallOptions = NO_OPTIONS,
  ): Promise<CallToolResult> {
    return readToolResult(await this.request("tools/call", { name, arguments: args }, options));
  }

  /** Asks for a sign of life; in the stateless era, which has no `ping`, with `server/discover`. */
  async ping(options: CallOptions = NO_OPTIONS): Promise<void> {
    await this.request(this.era === "handshake" ? "ping" : "server/discover", {}, options);
  }

  /**
   * Sends any request, with the metadata of the era, and settles with its result.
   * @throws as {@link callTool}
   */
  async request(method: string, params: JsonObject, options: CallOptions = NO_OPTIONS): Promise<JsonObject> {
    const session = this.#session ?? (await this.#open());
    this.#checkCapability(method, session.agreed.capabilities);
    const message = this.#message(method, params, options);
    const response = await this.#calls.start(session.connection, message, this.#limitsFor(options), options);
    return resultOf(response, method, this.#resultTypes);
  }

  /** Ends the connection; calls in flight fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection?.close();
    this.#calls.close();
  }

  /** Opens the connection, the first time or again; calls made meanwhile share the attempt. */
  #open(): Promise<Session> {
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #connect(): Promise<Session> {
    if (this.#closed) throw closed();
    if (this.#lost !== undefined && !this.#reconnect.spend()) throw gone(this.#lost);
    const knownEra = this.#era;
    this.#era = undefined;
    const session = await connect(this.#transport, this.#receiver, {
      us: this.#us,
      limits: this.#limits,
      probeTimeoutMs: checkTimeout(
        "probeTimeoutMs",
        this.#options.probeTimeoutMs ?? DEFAULT_PROBE_TIMEOUT_MS,
      ),
      clock: this.#calls.clock,
      calls: this.#calls,
      knownEra,
      opened: (connection) => {
        if (this.#closed) throw closed();
        this.#connection = connection;
      },
    });
    this.#adopt(session);
    try {
      await this.#askForLogs(session);
    } catch (error) {
      await session.connection.close();
      throw error;
    }
    return session;
  }

  #adopt(session: Session): void {
    const { revision } = session.agreed;
    const { logLevel } = this.#options;
    this.#session = session;
    this.#agreed = session.agreed;
    this.#era = eraOf(revision);
    this.#meta = isStatelessRevision(revision)
      ? { ...requestMeta(this.#us, revision), ...(logLevel !== undefined && { [Meta.logLevel]: logLevel }) }
      : undefined;
    void session.connection.closed.then(({ error }) => {
      if (this.#session === session) this.#session = undefined;
      this.#lost = error ?? new Error("the connection was closed");
    });
  }

  async #askForLogs({ connection, agreed }: Session): Promise<void> {
    const { logLevel } = this.#options;
    if (logLevel === undefined || this.#meta !== undefined || agreed.capabilities.logging === undefined)
      return;
    const message = this.#message("logging/setLevel", { level: logLevel }, NO_OPTIONS);
    await this.#calls.start(connection, message, this.#limits, NO_OPTIONS);
  }

  #message(method: string, params: JsonObject, options: CallOptions): JsonRpcRequest {
    const id = this.#nextId++;
    const own = isObject(params["_meta"]) ? params["_meta"] : undefined;
    const _meta = this.#metaFor(
      id,
      own === undefined ? options : { ...options, meta: { ...own, ...options.meta } },
    );
    return { jsonrpc: "2.0", id, method, params: _meta === undefined ? params : { ...params, _meta } };
  }

  #metaFor(id: number, { onProgress, meta }: CallOptions): JsonObject | undefined {
    if (onProgress === undefined && meta === undefined) return this.#meta;
    return { ...meta, ...this.#meta, ...(onProgress !== undefined && { progressToken: id }) };
  }

  #limitsFor({ timeoutMs, maxTotalTimeoutMs }: CallOptions): CallLimits {
    if (timeoutMs === undefined && maxTotalTimeoutMs === undefined) return this.#limits;
    return {
      timeoutMs: checkTimeout("timeoutMs", timeoutMs ?? this.#limits.timeoutMs),
      maxTotalTimeoutMs: checkTimeout(
        "maxTotalTimeoutMs",
        maxTotalTimeoutMs ?? this.#limits.maxTotalTimeoutMs,
      ),
    };
  }

  /** @throws MissingServerCapabilityError */
  #checkCapability(method: string, declared: ServerCapabilities): void {
    const missing = missingServerCapability(method, declared, this.revision, this.#neededFor);
    if (missing !== undefined) throw new MissingServerCapabilityError(method, missing);
  }

  readonly #receiver: MessageReceiver = {
    message: (message) => {
      this.#receive(message);
    },
    noise: (description) => {
      this.#noise(description);
    },
  };

  #receive(message: JsonRpcMessage): void {
    if (isRequest(message)) this.#answer(message);
    else if (!("method" in message)) return;
    else if (message.method === "notifications/progress") this.#calls.progressed(message.params);
    else if (message.method === "notifications/message") this.#logged(message.params);
    else isolate(() => this.#options.onNotification?.(message));
  }

  #noise(description: string): void {
    isolate(() => this.#options.onNoise?.(description));
  }

  #logged(params: JsonObject | undefined): void {
    const message = readLogMessage(params);
    if (message !== undefined) isolate(() => this.#options.onLog?.(message));
  }

  /** Requests come from servers of the handshake era only (2026-07-28, stdio, Sending Messages). */
  #answer({ id, method }: JsonRpcRequest): void {
    const connection = this.#connection;
    if (connection === undefined || this.#meta !== undefined) {
      this.#noise(`a request of the server's, ${shortened(method)}, which this era does not have`);
      return;
    }
    const error = { code: ErrorCode.methodNotFound, message: `Method not found: ${shortened(method)}` };
    const response: JsonRpcResponse =
      method === "ping" ? { jsonrpc: "2.0", id, result: {} } : { jsonrpc: "2.0", id, error };
    fireAndForget(() => connection.answer(response));
  }

  get #known(): Agreed {
    // `connect` gives out a client only once this is there.
    if (this.#agreed === undefined) throw new Error("The client is not connected");
    return this.#agreed;
  }
}

function capabilitiesForMethods({ id, methods = [] }: ClientExtension): [string, readonly string[]][] {
  return methods.map((method) => [method, ["extensions", id]]);
}

function introductionOf({
  info = OURSELVES,
  era,
  revisions,
  capabilities,
  extensions = [],
}: McpClientOptions): Introduction {
  const declared = Object.fromEntries(extensions.map(({ id, settings = {} }) => [id, settings]));
  return {
    info: typeof info === "string" ? { name: info, version: "0.0.0" } : info,
    revisions: REVISIONS.filter(
      (revision) => (revisions?.includes(revision) ?? true) && (era === undefined || eraOf(revision) === era),
    ),
    capabilities: {
      ...capabilities,
      ...(extensions.length > 0 && { extensions: { ...capabilities?.extensions, ...declared } }),
    },
  };
}

function closed(): ConnectionLostError {
  return new ConnectionLostError("The client was closed", { mayHaveBeenDelivered: false });
}

function gone(cause: Error): ConnectionLostError {
  return new ConnectionLostError(`The connection is gone: ${cause.message}`, {
    mayHaveBeenDelivered: false,
    cause,
  });
}
