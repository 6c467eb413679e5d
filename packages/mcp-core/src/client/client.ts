import type { ClientTransport, Dispatcher } from "../contract/index.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { memoryTransport } from "../memory/memory-transport.js";
import { eraOf, type Era, type Revision } from "../protocol/revisions.js";
import type { Completion, CompletionReference, GetPromptResult, Prompt } from "../protocol/prompt-types.js";
import type { ReadResourceResult, Resource, ResourceTemplate } from "../protocol/resource-types.js";
import type { CallToolResult, Implementation, ServerCapabilities, Tool } from "../protocol/types.js";
import type { SavedTask, StartTaskOptions, TaskHandle } from "../tasks/client/types.js";
import type { CompletionArgument } from "./complete.js";
import { Conversation } from "./conversation.js";
import { allOf, itemsOf, PROMPTS, RESOURCE_TEMPLATES, RESOURCES, TOOLS } from "./lists.js";
import { checkText, namedParams } from "./named-params.js";
import { checkTimeout, type CallOptions, type McpClientOptions } from "./options.js";
import { readResource } from "./results.js";
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
  readonly #conversation: Conversation;

  private constructor(conversation: Conversation) {
    this.#conversation = conversation;
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
    const transport = "open" in target ? memoryTransport(target) : target;
    const conversation = new Conversation(transport, options);
    await conversation.open();
    return new McpClient(conversation);
  }

  /** The era the server is spoken to in. */
  get era(): Era {
    return eraOf(this.revision);
  }

  get revision(): Revision {
    return this.#conversation.agreed.revision;
  }

  /** Name and version as the server reports them, unverified. */
  get server(): Implementation | undefined {
    return this.#conversation.agreed.server;
  }

  /** What the server declared. */
  get capabilities(): ServerCapabilities {
    return this.#conversation.agreed.capabilities;
  }

  /** Guidance for a model on how to use the server. */
  get instructions(): string | undefined {
    return this.#conversation.agreed.instructions;
  }

  /** All tools of the server (Tools, Listing Tools). */
  listTools(options: CallOptions = NO_OPTIONS): Promise<readonly Tool[]> {
    return allOf(TOOLS, this.#conversation.pages(options));
  }

  /** The same, fetched page by page as they are asked for. */
  tools(options: CallOptions = NO_OPTIONS): AsyncGenerator<Tool, void, undefined> {
    return itemsOf(TOOLS, this.#conversation.pages(options));
  }

  /** All resources the server lists (Resources, Listing Resources). */
  listResources(options: CallOptions = NO_OPTIONS): Promise<readonly Resource[]> {
    return allOf(RESOURCES, this.#conversation.pages(options));
  }

  /** The same, fetched page by page as they are asked for. */
  resources(options: CallOptions = NO_OPTIONS): AsyncGenerator<Resource, void, undefined> {
    return itemsOf(RESOURCES, this.#conversation.pages(options));
  }

  /** All resource templates (Resources, Resource Templates). */
  listResourceTemplates(options: CallOptions = NO_OPTIONS): Promise<readonly ResourceTemplate[]> {
    return allOf(RESOURCE_TEMPLATES, this.#conversation.pages(options));
  }

  /** The same, fetched page by page as they are asked for. */
  resourceTemplates(options: CallOptions = NO_OPTIONS): AsyncGenerator<ResourceTemplate, void, undefined> {
    return itemsOf(RESOURCE_TEMPLATES, this.#conversation.pages(options));
  }

  /** All prompts (Prompts, Listing Prompts). */
  listPrompts(options: CallOptions = NO_OPTIONS): Promise<readonly Prompt[]> {
    return allOf(PROMPTS, this.#conversation.pages(options));
  }

  /** The same, fetched page by page as they are asked for. */
  prompts(options: CallOptions = NO_OPTIONS): AsyncGenerator<Prompt, void, undefined> {
    return itemsOf(PROMPTS, this.#conversation.pages(options));
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
    const [{ readPrompt }, result] = await Promise.all([
      import("./prompt-results.js"),
      this.request("prompts/get", params, options),
    ]);
    return readPrompt(result);
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
    const [{ completeParams }, { readCompletion }] = await Promise.all([
      import("./complete.js"),
      import("./prompt-results.js"),
    ]);
    const params = completeParams(this.revision, ref, argument, resolved);
    return readCompletion(await this.request("completion/complete", params, options));
  }

  /**
   * Calls a tool (Tools, Calling Tools). A failure of the tool itself is a result with `isError`. Structured
   * content has to fit the tool's output schema; to find a tool that was not listed yet, the tools are listed.
   * Where the server makes a task of it, that is seen to its end; giving up cancels it (Tasks extension; 2025-11-25,
   * Tasks).
   * @param args an object that JSON can carry, of whatever type
   * @throws ProtocolError, RequestTimeoutError, ConnectionLostError, MissingServerCapabilityError,
   *   InvalidResultError, TaskCancelledError, or the reason of `signal`; TypeError for what cannot be asked
   */
  async callTool(
    name: string,
    args: object = {},
    options: CallOptions = NO_OPTIONS,
  ): Promise<CallToolResult> {
    const params = namedParams("callTool(name, args)", name, args);
    return this.#conversation.toolResult(name, await this.request("tools/call", params, options), options);
  }

  /**
   * Calls a tool as a task, which goes on when this client is gone (Tasks extension; 2025-11-25, Tasks). In the stateless
   * era the server decides whether it is one: where it answers at once, the task is completed already. Settles as soon
   * as the server has accepted the call.
   * @throws MissingServerCapabilityError where the server has no tasks; TypeError where the tool may not be one
   *   (2025-11-25, Tasks, Tool-Level Negotiation); else as {@link callTool}
   */
  async startTask(name: string, args: object = {}, options: StartTaskOptions = {}): Promise<TaskHandle> {
    const params = namedParams("startTask(name, args)", name, args);
    return this.#conversation.tasks.start(params, options);
  }

  /**
   * Picks up a task of this server's that was saved, in this process or another.
   * @param saved what `JSON.stringify` made of a handle, or what that is when it was parsed
   * @throws TypeError for anything else; nothing is sent
   */
  async resumeTask(saved: SavedTask | string): Promise<TaskHandle> {
    return this.#conversation.tasks.resume(saved);
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
  request(method: string, params: JsonObject, options: CallOptions = NO_OPTIONS): Promise<JsonObject> {
    return this.#conversation.request(method, params, options);
  }

  /**
   * Tells the server that the roots are no longer what they were (Roots, Root List Changes), so that it may
   * ask again. In the stateless era, in which it asks whenever it needs them, nothing is sent.
   */
  rootsChanged(): void {
    this.#conversation.rootsChanged();
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
      timeoutMs: checkTimeout("timeoutMs", timeoutMs ?? this.#conversation.timeoutMs),
    };
    const subscriptions = await this.#conversation.subscriptions();
    return typeof onChange === "function"
      ? subscriptions.call(filter, onChange, limits)
      : subscriptions.iterate(filter, limits);
  }

  /** Cancels the calls in flight, which reject with a `ConnectionLostError`, and ends the connection. */
  close(): Promise<void> {
    return this.#conversation.close();
  }
}
