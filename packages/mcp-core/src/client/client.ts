import type { ClientTransport, Dispatcher } from "../contract/index.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcRequest } from "../jsonrpc/messages.js";
import { memoryTransport } from "../memory/memory-transport.js";
import { missingServerCapability, SERVER_CAPABILITY_FOR } from "../protocol/capabilities.js";
import { systemClock } from "../protocol/clock.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { eraOf, type Era, type Revision } from "../protocol/revisions.js";
import type { CallToolResult, Implementation, ServerCapabilities, Tool } from "../protocol/types.js";
import { Calls, type CallLimits } from "./calls.js";
import { MissingServerCapabilityError } from "./errors.js";
import { Inbox } from "./inbox.js";
import {
  checkTimeout,
  DEFAULT_MAX_TOTAL_TIMEOUT_MS,
  DEFAULT_TIMEOUT_MS,
  type CallOptions,
  type ClientExtension,
  type McpClientOptions,
} from "./options.js";
import { listAll, readToolResult, resultOf, toolsOf } from "./results.js";
import { Sessions, type Session } from "./sessions.js";

const NO_OPTIONS: CallOptions = {};

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
  readonly #limits: CallLimits;
  readonly #calls: Calls;
  readonly #sessions: Sessions;
  readonly #resultTypes: ReadonlySet<string>;
  /** The server capability each method needs, those of extensions included. */
  readonly #neededFor: ReadonlyMap<string, readonly string[]>;
  #nextId = 1;

  private constructor(transport: ClientTransport, options: McpClientOptions) {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, maxTotalTimeoutMs = DEFAULT_MAX_TOTAL_TIMEOUT_MS } = options;
    const { clock = systemClock, extensions = [] } = options;
    this.#limits = {
      timeoutMs: checkTimeout("timeoutMs", timeoutMs),
      maxTotalTimeoutMs: checkTimeout("maxTotalTimeoutMs", maxTotalTimeoutMs),
    };
    this.#calls = new Calls(clock);
    const inbox = new Inbox(this.#calls, options, (method) => this.#sessions.answerable(method));
    this.#sessions = new Sessions(transport, inbox, options, this.#calls, this.#limits);
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
    await client.#sessions.open();
    return client;
  }

  /** The era the server is spoken to in. */
  get era(): Era {
    return eraOf(this.revision);
  }

  get revision(): Revision {
    return this.#sessions.agreed.revision;
  }

  /** Name and version as the server reports them, unverified. */
  get server(): Implementation | undefined {
    return this.#sessions.agreed.server;
  }

  /** What the server declared. */
  get capabilities(): ServerCapabilities {
    return this.#sessions.agreed.capabilities;
  }

  /** Guidance for a model on how to use the server. */
  get instructions(): string | undefined {
    return this.#sessions.agreed.instructions;
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
    const session = this.#sessions.current ?? (await this.#sessions.open());
    this.#checkCapability(method, session.agreed.capabilities);
    const message = this.#message(session, method, params, options);
    const response = await this.#calls.start(session.connection, message, this.#limitsFor(options), options);
    return resultOf(response, method, this.#resultTypes);
  }

  /** Cancels the calls in flight, which reject with a `ConnectionLostError`, and ends the connection. */
  async close(): Promise<void> {
    this.#calls.abandon(new ConnectionLostError("The client was closed", { mayHaveBeenDelivered: true }));
    await this.#sessions.close();
    this.#calls.close();
  }

  #message(session: Session, method: string, params: JsonObject, options: CallOptions): JsonRpcRequest {
    const id = this.#nextId++;
    const given = isObject(params["_meta"]) ? { ...params["_meta"], ...options.meta } : options.meta;
    const asks = options.onProgress !== undefined;
    const _meta =
      given === undefined && !asks
        ? session.meta
        : { ...given, ...session.meta, ...(asks && { progressToken: id }) };
    return { jsonrpc: "2.0", id, method, params: _meta === undefined ? params : { ...params, _meta } };
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
}

function capabilitiesForMethods({ id, methods = [] }: ClientExtension): [string, readonly string[]][] {
  return methods.map((method) => [method, ["extensions", id]]);
}
