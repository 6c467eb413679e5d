import type { ClientTransport, Dispatcher } from "../contract/index.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcRequest } from "../jsonrpc/messages.js";
import { memoryTransport } from "../memory/memory-transport.js";
import { missingServerCapability, SERVER_CAPABILITY_FOR } from "../protocol/capabilities.js";
import { systemClock } from "../protocol/clock.js";
import { ConnectionLostError, UrlElicitationRequiredError } from "../protocol/errors.js";
import { eraOf, has, type Era, type Revision } from "../protocol/revisions.js";
import { fireAndForget, isPromise } from "../protocol/promises.js";
import type { Completion, CompletionReference, GetPromptResult, Prompt } from "../protocol/prompt-types.js";
import type { ReadResourceResult, Resource, ResourceTemplate } from "../protocol/resource-types.js";
import type { CallToolResult, Implementation, ServerCapabilities, Tool } from "../protocol/types.js";
import { unlessAborted } from "./abort.js";
import { ClientCache } from "./cache/client-cache.js";
import type { Heard } from "./cache/invalidation.js";
import { Answers } from "./answering/answers.js";
import { AwaitedElicitations, ELICITATION_COMPLETE } from "./answering/awaited-elicitations.js";
import type { Answering } from "./answering/questions.js";
import { rootsProblem } from "./answering/roots.js";
import { followRounds, INPUT_REQUIRED } from "./answering/rounds.js";
import { Calls, type CallLimits } from "./calls.js";
import { completeParams, type CompletionArgument } from "./complete.js";
import { MissingServerCapabilityError } from "./errors.js";
import { Inbox } from "./inbox.js";
import {
  allOf,
  itemsOf,
  PROMPTS,
  RESOURCE_TEMPLATES,
  RESOURCES,
  TOOLS,
  type ListOf,
  type PageSource,
} from "./lists.js";
import {
  checkRounds,
  checkTimeout,
  DEFAULT_MAX_ROUNDS,
  DEFAULT_MAX_TOTAL_TIMEOUT_MS,
  DEFAULT_TIMEOUT_MS,
  type CallOptions,
  type ClientExtension,
  type McpClientOptions,
} from "./options.js";
import { OutputSchemas } from "./output-schemas.js";
import { readCompletion, readPrompt, readResource, readToolResult, resultOf } from "./results.js";
import { Sessions, type Session } from "./sessions.js";
import type { Line } from "./subscriptions/listening.js";
import { Subscriptions } from "./subscriptions/subscriptions.js";
import type {
  Change,
  ChangeFilter,
  Changes,
  ChangeSubscription,
  ListenOptions,
} from "./subscriptions/types.js";

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
  readonly #cache: ClientCache;
  readonly #outputs: OutputSchemas | undefined;
  readonly #answering: Answering;
  readonly #subscriptions: Subscriptions;
  readonly #elicitations = new AwaitedElicitations();
  readonly #maxRounds: number;
  readonly #closing = new AbortController();
  readonly #resultTypes: ReadonlySet<string>;
  /** The server capability each method needs, those of extensions included. */
  readonly #neededFor: ReadonlyMap<string, readonly string[]>;
  #nextId = 1;

  private constructor(transport: ClientTransport, options: McpClientOptions) {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, maxTotalTimeoutMs = DEFAULT_MAX_TOTAL_TIMEOUT_MS } = options;
    const { clock = systemClock, extensions = [], validateOutput = true, roots = [] } = options;
    const problem = typeof roots === "function" ? undefined : rootsProblem(roots);
    if (problem !== undefined) throw new TypeError(problem);
    this.#limits = {
      timeoutMs: checkTimeout("timeoutMs", timeoutMs),
      maxTotalTimeoutMs: checkTimeout("maxTotalTimeoutMs", maxTotalTimeoutMs),
    };
    this.#calls = new Calls(clock);
    this.#cache = new ClientCache(clock, options.cache);
    const inbox = new Inbox(
      this.#calls,
      options,
      (method) => this.#sessions.answerable(method),
      (notification) => {
        this.#forget(notification);
        const { method, params } = notification;
        if (method === ELICITATION_COMPLETE) return !this.#elicitations.complete(params?.["elicitationId"]);
        return this.#subscriptions.notified(notification);
      },
      {
        answer: (connection, request) => {
          this.#elicitations.add(request.params?.["elicitationId"]);
          return answers.answer(connection, request, this.#sessions.agreed);
        },
        cancelled: (connection, id, reason) => {
          if (connection === undefined) this.#subscriptions.cancelled(id);
          else answers.cancelled(connection, id, reason);
        },
      },
    );
    if (validateOutput !== false)
      this.#outputs = new OutputSchemas({
        readTools: (cache) => this.listTools({ cache }),
        onUnusable: (description) => {
          inbox.noise(description);
        },
        compile: validateOutput === true ? {} : validateOutput,
      });
    this.#sessions = new Sessions(transport, inbox, options, this.#calls, this.#limits);
    this.#answering = { handlers: options, capabilities: this.#sessions.capabilities };
    const answers = new Answers(this.#answering, this.#calls);
    this.#maxRounds = checkRounds(options.maxRounds ?? DEFAULT_MAX_ROUNDS);
    const line: Line = {
      clock,
      message: (session, method, params) => this.#message(session, method, params, NO_OPTIONS),
      request: (session, method, params, limits) => this.#roundTrip(session, method, params, limits),
    };
    this.#subscriptions = new Subscriptions(line, this.#sessions, (change) => {
      this.#forget(change);
    });
    this.#neededFor = new Map([...SERVER_CAPABILITY_FOR, ...extensions.flatMap(capabilitiesForMethods)]);
    this.#resultTypes = new Set([
      "complete",
      INPUT_REQUIRED,
      ...extensions.flatMap(({ resultTypes = [] }) => resultTypes),
    ]);
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

  /** All tools of the server (Tools, Listing Tools). */
  listTools(options: CallOptions = NO_OPTIONS): Promise<readonly Tool[]> {
    return this.#all(TOOLS, options);
  }

  /** The same, fetched page by page as they are asked for. */
  tools(options: CallOptions = NO_OPTIONS): AsyncGenerator<Tool, void, undefined> {
    return itemsOf(TOOLS, this.#pages(options));
  }

  /** All resources the server lists (Resources, Listing Resources). */
  listResources(options: CallOptions = NO_OPTIONS): Promise<readonly Resource[]> {
    return this.#all(RESOURCES, options);
  }

  /** The same, fetched page by page as they are asked for. */
  resources(options: CallOptions = NO_OPTIONS): AsyncGenerator<Resource, void, undefined> {
    return itemsOf(RESOURCES, this.#pages(options));
  }

  /** All resource templates (Resources, Resource Templates). */
  listResourceTemplates(options: CallOptions = NO_OPTIONS): Promise<readonly ResourceTemplate[]> {
    return this.#all(RESOURCE_TEMPLATES, options);
  }

  /** The same, fetched page by page as they are asked for. */
  resourceTemplates(options: CallOptions = NO_OPTIONS): AsyncGenerator<ResourceTemplate, void, undefined> {
    return itemsOf(RESOURCE_TEMPLATES, this.#pages(options));
  }

  /** All prompts (Prompts, Listing Prompts). */
  listPrompts(options: CallOptions = NO_OPTIONS): Promise<readonly Prompt[]> {
    return this.#all(PROMPTS, options);
  }

  /** The same, fetched page by page as they are asked for. */
  prompts(options: CallOptions = NO_OPTIONS): AsyncGenerator<Prompt, void, undefined> {
    return itemsOf(PROMPTS, this.#pages(options));
  }

  /**
   * Reads a resource (Resources, Reading Resources). For the bytes of a blob see {@link blobBytes}.
   * @throws as {@link callTool}
   */
  async readResource(uri: string, options: CallOptions = NO_OPTIONS): Promise<ReadResourceResult> {
    return readResource(await this.request("resources/read", { uri }, options));
  }

  /**
   * The messages a prompt makes of its arguments (Prompts, Getting a Prompt).
   * @throws as {@link callTool}
   */
  async getPrompt(
    name: string,
    args: Readonly<Record<string, string>> = {},
    options: CallOptions = NO_OPTIONS,
  ): Promise<GetPromptResult> {
    return readPrompt(await this.request("prompts/get", { name, arguments: args }, options));
  }

  /**
   * Suggestions for an argument of a prompt, or a variable of a resource template (Completion). `resolved`
   * are the arguments that are known already; servers before 2025-06-18 are not told.
   * @throws as {@link callTool}
   */
  async complete(
    ref: CompletionReference,
    argument: CompletionArgument,
    resolved?: Readonly<Record<string, string>>,
    options: CallOptions = NO_OPTIONS,
  ): Promise<Completion> {
    const params = completeParams(this.revision, ref, argument, resolved);
    return readCompletion(await this.request("completion/complete", params, options));
  }

  /**
   * Calls a tool (Tools, Calling Tools). A failure of the tool itself is a result with `isError`. Structured
   * content has to fit the tool's output schema; to find a tool that was not listed yet, the tools are listed.
   * @throws ProtocolError, RequestTimeoutError, ConnectionLostError, MissingServerCapabilityError,
   *   InvalidResultError, or the reason of `signal`
   */
  async callTool(
    name: string,
    args: JsonObject = {},
    options: CallOptions = NO_OPTIONS,
  ): Promise<CallToolResult> {
    const result = readToolResult(await this.request("tools/call", { name, arguments: args }, options));
    const checked = has(this.revision, "structuredContent") ? this.#outputs?.check(name, result) : undefined;
    if (checked !== undefined && isPromise(checked)) await unlessAborted(checked, options.signal);
    return result;
  }

  /** Asks for a sign of life; in the stateless era, which has no `ping`, with `server/discover`. */
  async ping(options: CallOptions = NO_OPTIONS): Promise<void> {
    await this.request(this.era === "handshake" ? "ping" : "server/discover", {}, options);
  }

  /**
   * Sends any request, with the metadata of the era, and settles with its result; or with the one that is
   * kept, if the server allowed that.
   * @throws as {@link callTool}
   */
  async request(method: string, params: JsonObject, options: CallOptions = NO_OPTIONS): Promise<JsonObject> {
    const result = await this.#once(method, params, options);
    if (result["resultType"] !== INPUT_REQUIRED) return result;
    return followRounds(method, params, result, options, {
      us: this.#answering,
      maxRounds: this.#maxRounds,
      send: (again) => this.#once(method, again, options),
      agreed: () => this.#sessions.agreed,
      closing: this.#closing.signal,
    });
  }

  /**
   * Tells the server that the roots are no longer what they were (Roots, Root List Changes), so that it may
   * ask again. In the stateless era, in which it asks whenever it needs them, nothing is sent.
   */
  rootsChanged(): void {
    const session = this.#sessions.current;
    const isTold = session?.meta === undefined && this.#sessions.capabilities.roots?.listChanged === true;
    if (session === undefined || !isTold) return;
    const message = { jsonrpc: "2.0", method: "notifications/roots/list_changed" } as const;
    fireAndForget(() => session.connection.notify(message));
  }

  /**
   * Subscribes to changes (Subscriptions), in either era. Settles when the server has acknowledged. After a
   * restart of the server it is made anew, at most 5 times in 60 s; as changes may have been missed, one is
   * then delivered for everything that was subscribed to. Equal changes that wait are delivered once.
   * @throws TypeError for what is no filter; else as {@link callTool}
   */
  listen(filter: ChangeFilter, options?: ListenOptions): Promise<Changes>;
  listen(
    filter: ChangeFilter,
    onChange: (change: Change) => void,
    options?: ListenOptions,
  ): Promise<ChangeSubscription>;
  async listen(
    filter: ChangeFilter,
    onChange?: ((change: Change) => void) | ListenOptions,
    more?: ListenOptions,
  ): Promise<Changes | ChangeSubscription> {
    const { timeoutMs, ...options } = (typeof onChange === "function" ? more : onChange) ?? {};
    const limits = { ...options, timeoutMs: checkTimeout("timeoutMs", timeoutMs ?? this.#limits.timeoutMs) };
    return typeof onChange === "function"
      ? this.#subscriptions.call(filter, onChange, limits)
      : this.#subscriptions.iterate(filter, limits);
  }

  async #once(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    const session = this.#sessions.current ?? (await this.#sessions.open());
    this.#checkCapability(method, session.agreed.capabilities);
    if (this.#cache.connected(session)) this.#outputs?.forget();
    const result = await this.#cache.through(method, params, options, () =>
      this.#roundTrip(session, method, params, options),
    );
    if (method === TOOLS.method) this.#outputs?.learn(result);
    return result;
  }

  /** Cancels the calls in flight, which reject with a `ConnectionLostError`, and ends the connection. */
  async close(): Promise<void> {
    const reason = new ConnectionLostError("The client was closed", { mayHaveBeenDelivered: true });
    this.#closing.abort(reason);
    this.#subscriptions.close(reason);
    this.#calls.abandon(reason);
    await this.#sessions.close();
    this.#calls.close();
    this.#cache.close();
  }

  /** Forgets what is no longer true after a change. */
  #forget(change: Heard): void {
    if (this.#cache.invalidate(change).includes(TOOLS.method)) this.#outputs?.forget();
  }

  async #roundTrip(
    session: Session,
    method: string,
    params: JsonObject,
    options: CallOptions,
  ): Promise<JsonObject> {
    const message = this.#message(session, method, params, options);
    const response = await this.#calls.start(session.connection, message, this.#limitsFor(options), options);
    try {
      return resultOf(response, method, this.#resultTypes);
    } catch (error) {
      if (error instanceof UrlElicitationRequiredError)
        for (const { elicitationId } of error.elicitations) this.#elicitations.add(elicitationId);
      throw error;
    }
  }

  #all<Item>(list: ListOf<Item>, options: CallOptions): Promise<readonly Item[]> {
    return allOf(list, this.#pages(options));
  }

  #pages(options: CallOptions): PageSource {
    return {
      page: (method, params) => this.request(method, params, options),
      served: (page) => this.#cache.served(page),
      discard: (method) => {
        this.#cache.discard(method);
      },
    };
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
