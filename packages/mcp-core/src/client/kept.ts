import type { JsonObject } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import { isPromise, type MaybePromise } from "../protocol/promises.js";
import { eraOf, has, type Revision } from "../protocol/revisions.js";
import type { CallToolResult } from "../protocol/types.js";
import { unlessAborted } from "../protocol/abort.js";
import { ClientCache } from "./cache/client-cache.js";
import { TOOLS } from "./lists.js";
import type { KnownTools } from "./known-tools.js";
import type { CallOptions, McpClientOptions } from "./options.js";
import { OutputSchemas, type OutputSchemasOptions } from "./output-schemas.js";
import type { Session } from "./sessions.js";
import type { Heard } from "./cache/invalidation.js";

export interface KeptOptions extends Omit<OutputSchemasOptions, "compile"> {
  /** Learns of the tools that are listed; absent where nobody needs to know. */
  readonly tools: KnownTools | undefined;
}

/** What a client keeps of its server's results: those it may serve again, and what it knows of tools. */
export class Kept {
  readonly #cache: ClientCache;
  readonly #tools: KnownTools | undefined;
  #session: Session | undefined;
  readonly #outputs: OutputSchemas | undefined;

  constructor(
    clock: Clock,
    { cache, validateOutput = true }: McpClientOptions,
    { tools, ...outputs }: KeptOptions,
  ) {
    this.#tools = tools;
    this.#cache = new ClientCache(clock, cache);
    if (validateOutput !== false)
      this.#outputs = new OutputSchemas({
        ...outputs,
        compile: validateOutput === true ? {} : validateOutput,
      });
  }

  /** To be told of the session that is used: what is known of the tools on an earlier one is forgotten. */
  connected(session: Session): void {
    if (session === this.#session) return;
    const before = this.#session?.agreed.server;
    this.#session = session;
    if (!this.#cache.connected(session)) return;
    this.#outputs?.forget();
    // Of tools it is known only what may be tried again, and with which headers: most sessions are renewed.
    const { server } = session.agreed;
    if (server?.name !== before?.name || server?.version !== before?.version) this.#tools?.forget();
  }

  /** The result that is kept, or else the one that `send` gets. */
  through(
    session: Session,
    method: string,
    params: JsonObject,
    options: CallOptions,
    send: () => Promise<JsonObject>,
  ): Promise<JsonObject> {
    this.connected(session);
    const result = this.#cache.through(method, params, options, send);
    return method === TOOLS.method ? result.then((page) => this.#learned(page, session)) : result;
  }

  /**
   * Holds the result of a tool against its output schema.
   * @throws InvalidResultError
   */
  check(
    name: string,
    result: CallToolResult,
    revision: Revision,
    { signal }: CallOptions,
  ): MaybePromise<void> {
    const checked = has(revision, "structuredContent") ? this.#outputs?.check(name, result) : undefined;
    return isPromise(checked) ? unlessAborted(checked, signal) : checked;
  }

  /** Forgets what is no longer true after a change. */
  forget(change: Heard): void {
    if (this.#cache.invalidate(change).includes(TOOLS.method)) this.#outputs?.forget();
  }

  /** Whether a page was served from here. */
  served(page: JsonObject): boolean {
    return this.#cache.served(page);
  }

  /** Forgets the pages of a list. */
  discard(method: string): void {
    this.#cache.discard(method);
  }

  close(): void {
    this.#cache.close();
  }

  #learned(page: JsonObject, { agreed }: Session): JsonObject {
    this.#tools?.learn(page, eraOf(agreed.revision));
    this.#outputs?.learn(page);
    return page;
  }
}
