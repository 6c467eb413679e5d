import type { ClientConnection, ClientTransport, Dispatcher } from "../contract/index.js";
import type { JsonObject, JsonRpcNotification, JsonRpcRequest } from "../jsonrpc/messages.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { ELICITATION_COMPLETE } from "../protocol/notifications.js";
import { eraOf, type Era, type Revision } from "../protocol/revisions.js";
import { fireAndForget, isPromise } from "../protocol/promises.js";
import type { Completion, CompletionReference, GetPromptResult, Prompt } from "../protocol/prompt-types.js";
import type { ReadResourceResult, Resource, ResourceTemplate } from "../protocol/resource-types.js";
import type { CallToolResult, Implementation, ServerCapabilities, Tool } from "../protocol/types.js";
import type { Answers } from "./answering/answers.js";
import { INPUT_REQUIRED } from "./answering/input-required.js";
import type { Answering } from "./answering/reader.js";
import { checkRoots } from "./answering/roots.js";
import { completeParams, type CompletionArgument } from "./complete.js";
import { Inbox } from "./inbox.js";
import { Kept } from "./kept.js";
import { KnownTools } from "./known-tools.js";
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
import { OnDemand } from "./on-demand.js";
import {
  answersQuestions,
  checkRounds,
  checkTimeout,
  DEFAULT_MAX_ROUNDS,
  type CallOptions,
  type McpClientOptions,
} from "./options.js";
import { checkText, namedParams } from "./named-params.js";
import { noticeOf, reporterOf } from "./report.js";
import { Requests } from "./requests.js";
import { readCompletion, readPrompt, readResource, readToolResult } from "./results.js";
import { SecondAttempt, type Failed } from "./second-attempt.js";
import { Sessions, type Session } from "./sessions.js";
import type { Subscriptions } from "./subscriptions/subscriptions.js";
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
  readonly #requests: Requests;
  readonly #sessions: Sessions;
  readonly #kept: Kept;
  readonly #answering: Answering;
  readonly #answers: OnDemand<Answers>;
  readonly #subscriptions: OnDemand<Subscriptions>;
  readonly #secondAttempt: SecondAttempt | undefined;
  readonly #maxRounds: number;
  readonly #closing = new AbortController();

  private constructor(transport: ClientTransport, options: McpClientOptions) {
    checkRoots(options.roots);
    this.#maxRounds = checkRounds(options.maxRounds ?? DEFAULT_MAX_ROUNDS);
    const { mirrors = false, reconnect } = transport;
    const repeats = reconnect?.repeats === true;
    const tools = mirrors || repeats ? new KnownTools(noticeOf(options)) : undefined;
    this.#requests = new Requests(options, mirrors ? (message) => tools?.headersOf(message) : undefined);
    const { calls, limits } = this.#requests;
    const inbox = new Inbox(calls, options, {
      answerable: (method) => this.#sessions.answerable(method),
      heard: (notification) => this.#heard(notification),
      answer: (connection, request) => this.#answer(connection, request),
      cancelled: (connection, id, reason) => {
        if (connection === undefined) this.#subscriptions.loaded?.cancelled(id);
        else this.#answers.use((answers) => answers.cancelled(connection, id, reason));
      },
    });
    this.#kept = new Kept(calls.clock, options, {
      tools,
      readTools: (cache) => this.listTools({ cache }),
      onUnusable: (description) => {
        inbox.noise(description);
      },
    });
    this.#sessions = new Sessions(transport, inbox, options, calls, limits);
    if (tools !== undefined)
      this.#secondAttempt = new SecondAttempt({
        tools,
        listTools: () => this.listTools({ cache: "reload" }),
        repeats,
        current: () => this.#sessions.current,
      });
    this.#answering = { handlers: options, capabilities: this.#sessions.capabilities };
    this.#answers = new OnDemand(async () => {
      const { Answers } = await import("./answering/answers.js");
      return new Answers(this.#answering, calls, reporterOf(options));
    });
    this.#subscriptions = new OnDemand(async () => {
      const { Subscriptions } = await import("./subscriptions/subscriptions.js");
      const missed = (change: Change): void => {
        this.#kept.forget(change);
      };
      return new Subscriptions(this.#requests, this.#sessions, options.extensions ?? [], missed);
    });
  }

  /**
   * Connects to a server, in another process or in this one, and finds out how it wants to be spoken to.
   * @throws NoCommonRevisionError, ConnectionLostError, ProtocolError, or what the transport fails with;
   *   before anything is sent, RangeError or TypeError for options that cannot be, with what they may be
   */
  static async connect(
    target: Dispatcher | ClientTransport,
    options: McpClientOptions = {},
  ): Promise<McpClient> {
    const client = new McpClient("open" in target ? await inProcess(target) : target, options);
    if (answersQuestions(options)) await client.#answers.load();
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
    checkText("readResource(uri)", "uri", uri);
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
    const params = namedParams("getPrompt(name, args)", name, args);
    return readPrompt(await this.request("prompts/get", params, options));
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
   * @param args an object that JSON can carry, of whatever type
   * @throws ProtocolError, RequestTimeoutError, ConnectionLostError, MissingServerCapabilityError,
   *   InvalidResultError, or the reason of `signal`; TypeError for what cannot be asked
   */
  async callTool(
    name: string,
    args: object = {},
    options: CallOptions = NO_OPTIONS,
  ): Promise<CallToolResult> {
    const params = namedParams("callTool(name, args)", name, args);
    const result = readToolResult(await this.request("tools/call", params, options));
    const checked = this.#kept.check(name, result, this.revision, options);
    if (isPromise(checked)) await checked;
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
    const { followRounds } = await import("./answering/rounds.js");
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
   * @throws TypeError for what is no filter, and for names that neither the protocol nor an extension of this
   *   client has; else as {@link callTool}
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
    const limits = {
      ...options,
      timeoutMs: checkTimeout("timeoutMs", timeoutMs ?? this.#requests.limits.timeoutMs),
    };
    const subscriptions = this.#subscriptions.loaded ?? (await this.#subscriptions.load());
    return typeof onChange === "function"
      ? subscriptions.call(filter, onChange, limits)
      : subscriptions.iterate(filter, limits);
  }

  /** Cancels the calls in flight, which reject with a `ConnectionLostError`, and ends the connection. */
  async close(): Promise<void> {
    const reason = new ConnectionLostError("The client was closed", { mayHaveBeenDelivered: true });
    this.#closing.abort(reason);
    this.#subscriptions.loaded?.close(reason);
    this.#requests.calls.abandon(reason);
    await this.#sessions.close();
    this.#requests.calls.close();
    this.#kept.close();
  }

  #once(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    const { current } = this.#sessions;
    return current === undefined
      ? this.#sessions.open().then((session) => this.#send(session, method, params, options))
      : this.#send(current, method, params, options);
  }

  #send(session: Session, method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    this.#requests.checkCapability(method, session.agreed);
    return this.#kept.through(session, method, params, options, () => {
      const sent = this.#requests.roundTrip(session, method, params, options);
      if (this.#secondAttempt === undefined) return sent;
      return sent.catch((error: unknown) => this.#again({ error, session, method, params }, options));
    });
  }

  async #again(failed: Failed, options: CallOptions): Promise<JsonObject> {
    const { error, method, params } = failed;
    if ((await this.#secondAttempt?.isWorthwhile(failed)) !== true) throw error;
    return this.#requests.roundTrip(await this.#sessions.ready(), method, params, options);
  }

  #all<Item>(list: ListOf<Item>, options: CallOptions): Promise<readonly Item[]> {
    return allOf(list, this.#pages(options));
  }

  #pages(options: CallOptions): PageSource {
    return {
      page: (method, params) => this.request(method, params, options),
      served: (page) => this.#kept.served(page),
      discard: (method) => {
        this.#kept.discard(method);
      },
    };
  }

  #answer(connection: ClientConnection, request: JsonRpcRequest): boolean {
    this.#requests.elicitations.add(request.params?.["elicitationId"]);
    const { agreed } = this.#sessions;
    if (this.#answers.loaded !== undefined) return this.#answers.loaded.answer(connection, request, agreed);
    this.#answers.use((answers) => answers.answer(connection, request, agreed));
    return true;
  }

  /** @returns whether the notification is for nobody else */
  #heard(notification: JsonRpcNotification): boolean {
    this.#kept.forget(notification);
    const { method, params } = notification;
    if (method === ELICITATION_COMPLETE)
      return !this.#requests.elicitations.complete(params?.["elicitationId"]);
    return this.#subscriptions.loaded?.notified(notification) === true;
  }
}

async function inProcess(dispatcher: Dispatcher): Promise<ClientTransport> {
  const { memoryTransport } = await import("../memory/memory-transport.js");
  return memoryTransport(dispatcher);
}
