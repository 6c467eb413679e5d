import type { Dispatcher, Link, Nodes, Peer, ServerTransport } from "../contract/index.js";
import { systemClock } from "../protocol/clock.js";
import { ELICITATION_COMPLETE, RESOURCE_UPDATED } from "../protocol/notifications.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { StandardSchema } from "../protocol/standard-schema.js";
import type { Revision } from "../protocol/revisions.js";
import type { Implementation } from "../protocol/types.js";
import type { State } from "../state/contract.js";
import { ServerCore } from "./core.js";
import { ServerLink } from "./link.js";
import type { Middleware } from "./middleware.js";
import type { McpServerOptions } from "./options.js";
import type { PromptDefinition, PromptHandle, PromptHandler } from "./prompts/definition.js";
import type { ResourceDefinition, ResourceHandle, ResourceHandler } from "./resources/definition.js";
import { checkUri } from "./resources/uri.js";
import { runUntilDone, startAll, type Running } from "./run.js";
import { serving } from "./serving.js";
import type { ToolDefinition, ToolHandle, ToolHandler } from "./tools/definition.js";

/**
 * An MCP server: what it offers, registered once, and served to any number of peers over any transports,
 * in every protocol revision at once. It holds nothing that belongs to one peer.
 *
 * ```ts
 * const mcp = new McpServer("calculator");
 * mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
 * await mcp.run(stdio());
 * ```
 */
export class McpServer implements Dispatcher {
  /** What this server shares with other nodes, if anything, apart from what other servers share there. */
  readonly state: State | undefined;
  readonly nodes: Nodes | undefined;
  readonly #core: ServerCore;

  /**
   * @param info name and version as clients see them; a name alone has version `0.0.0`
   * @throws TypeError, RangeError when an option is not what it must be
   */
  constructor(info: string | Implementation, options: McpServerOptions = {}) {
    const named = typeof info === "string" ? { name: info, version: "0.0.0" } : info;
    if (!isObject(named) || typeof named.name !== "string" || typeof named.version !== "string") {
      throw new TypeError('A server has a name, or an object with strings as "name" and "version"');
    }
    this.#core = new ServerCore(named, options);
    this.state = this.#core.state;
    this.nodes = this.#core.nodes;
  }

  get revisions(): readonly Revision[] {
    return this.#core.revisions;
  }

  get info(): Implementation {
    return this.#core.info;
  }

  /**
   * Registers a tool (Tools). May be called while the server runs; whoever listens is notified.
   * @throws TypeError when the name is taken or not allowed, or a schema cannot be written as JSON Schema
   */
  tool<
    Input extends StandardSchema | undefined = undefined,
    Output extends StandardSchema | undefined = undefined,
    Before = undefined,
  >(
    name: string,
    definition: ToolDefinition<Input, Output, Before>,
    handler: ToolHandler<Input, Output, Before>,
  ): ToolHandle {
    return this.#core.tools.add(name, definition, handler);
  }

  /**
   * Registers a resource, or with a URI template (RFC 6570) a family of resources (Resources). May be called
   * while the server runs; whoever listens is notified. Of several that match a URI, a resource goes before
   * templates, and these in the order they were registered; the first decides, also when it is disabled or
   * not visible to the caller.
   * @throws TypeError when the URI or template is taken or malformed, or `complete` names a variable that
   *   is not there; RangeError for caching hints that are not allowed
   */
  resource<const Uri extends string>(
    uri: Uri,
    definition: ResourceDefinition<Uri>,
    handler: ResourceHandler<Uri>,
  ): ResourceHandle<Uri> {
    return this.#core.resources.add(uri, definition, handler);
  }

  /**
   * Tells whoever subscribed to a resource that it changed, on every node that shares the state, whatever
   * the transport and revision (Resources, Subscriptions). Equal calls of one turn are one.
   * @throws TypeError when it is no URI
   */
  resourceUpdated(uri: string): void {
    checkUri(uri);
    this.#core.changes.announce(RESOURCE_UPDATED, { uri });
  }

  /**
   * Registers a prompt (Prompts). May be called while the server runs; whoever listens is notified.
   * @throws TypeError when the name is taken, a schema cannot be written as JSON Schema, or `complete`
   *   names an argument that is not there
   */
  prompt<Input extends StandardSchema | undefined = undefined>(
    name: string,
    definition: PromptDefinition<Input>,
    handler: PromptHandler<Input>,
  ): PromptHandle {
    return this.#core.prompts.add(name, definition, handler);
  }

  /**
   * Tells the client that was sent to a URL that the user is done there (2025-11-25, Elicitation, Completion
   * Notifications); other revisions have no such message.
   * @param elicitationId as `ctx.elicit` was given it
   */
  elicitationComplete(elicitationId: string): void {
    this.#core.changes.announce(ELICITATION_COMPLETE, { elicitationId });
  }

  /**
   * Wraps every request from now on; the first registered is the outermost. What it gets from `next()` is its
   * own to change. As it may show one principal something else than the next, lists and the server's
   * description are `private` to their cache from then on (Caching), unless the option `cache` says otherwise
   * of that kind, or a result itself does.
   */
  use(middleware: Middleware): this {
    this.#core.use(middleware);
    return this;
  }

  /**
   * Tells of something that changed: whoever listens for it with a filter of an extension
   * (`subscriptions/listen`), on every node that shares the state; in the handshake era, of a list
   * (`notifications/…/list_changed`) whose `listChanged` was declared. Equal ones of one turn are one.
   * @throws TypeError when `params` are no object, or hold what JSON cannot carry
   */
  announce(method: string, params?: JsonObject): void {
    this.#core.changes.announce(method, params);
  }

  /** Opens a link to a peer. For transports; an author never calls it. */
  open(peer: Peer): Link {
    void this.#core.changes.start().catch(() => undefined); // reported by the state; tried again by the next
    return new ServerLink(this.#core, peer);
  }

  /**
   * Serves on the given transports until they have all ended, and then ends the process, as a program of
   * its own does: when stdin ends and nothing else is served, or on SIGTERM and SIGINT after a drain.
   * @throws TypeError without a transport; whatever a transport fails to start with
   */
  run(...transports: readonly ServerTransport[]): Promise<void> {
    return runUntilDone(() => this.start(...transports));
  }

  /** Serves on the given transports, and leaves signals and the process alone. */
  async start(...transports: readonly ServerTransport[]): Promise<Running> {
    const { clock = systemClock } = this.#core.options;
    const leave = (until: AbortSignal): Promise<void> => this.#core.leave(until);
    await this.#core.join();
    try {
      const listeners = await startAll(this, transports);
      return serving(listeners, { clock, isShared: this.state !== undefined, leave });
    } catch (error) {
      await leave(AbortSignal.abort());
      throw error;
    }
  }
}

export type { Running };
