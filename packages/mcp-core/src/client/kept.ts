import type { JsonObject } from "../jsonrpc/messages.js";
import { OnDemand } from "../protocol/on-demand.js";
import type { Clock } from "../protocol/clock.js";
import { isPromise, type MaybePromise } from "../protocol/promises.js";
import { eraOf, has, type Revision } from "../protocol/revisions.js";
import type { CallToolResult } from "../protocol/types.js";
import { unlessAborted } from "../protocol/abort.js";
import { ClientCache } from "./cache/client-cache.js";
import { TOOLS } from "./lists.js";
import type { KnownTools } from "./known-tools.js";
import type { CallOptions, McpClientOptions } from "./options.js";
import type { OutputSchemas, OutputSchemasOptions } from "./output-schemas.js";
import type { Session } from "./sessions.js";
import type { Heard } from "./cache/invalidation.js";

export interface KeptOptions extends Omit<OutputSchemasOptions, "compile"> {
  /** Learns of the tools that are listed; absent where nobody needs to know. */
  readonly tools: KnownTools | undefined;
  /** Told of what could not be loaded. */
  readonly report: (error: unknown) => void;
}

/** What a client keeps of its server's results: those it may serve again, and what it knows of tools. */
export class Kept {
  readonly #cache: ClientCache;
  readonly #tools: KnownTools | undefined;
  #session: Session | undefined;
  readonly #outputs: OnDemand<OutputSchemas> | undefined;
  readonly #report: (error: unknown) => void;

  constructor(
    clock: Clock,
    { cache, validateOutput = true }: McpClientOptions,
    { tools, report, ...outputs }: KeptOptions,
  ) {
    this.#report = report;
    this.#tools = tools;
    this.#cache = new ClientCache(clock, cache);
    if (validateOutput !== false)
      this.#outputs = new OnDemand(async () => {
        const { OutputSchemas } = await import("./output-schemas.js");
        return new OutputSchemas({ ...outputs, compile: validateOutput === true ? {} : validateOutput });
      });
  }

  /** To be told of the session that is used: what is known of the tools on an earlier one is forgotten. */
  connected(session: Session): void {
    if (session === this.#session) return;
    const before = this.#session?.agreed.server;
    this.#session = session;
    if (!this.#cache.connected(session)) return;
    this.#forgetOutputs();
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
    const outputs = has(revision, "structuredContent") ? this.#outputs : undefined;
    // Without structured content there is nothing to hold against what was never listed.
    if (outputs === undefined || (!outputs.isNeeded && result.structuredContent === undefined)) return;
    const { loaded } = outputs;
    const checked =
      loaded === undefined
        ? outputs.load().then((part) => part.check(name, result))
        : loaded.check(name, result);
    return isPromise(checked) ? unlessAborted(checked, signal) : checked;
  }

  /** Forgets what is no longer true after a change. */
  forget(change: Heard): void {
    if (this.#cache.invalidate(change).includes(TOOLS.method)) this.#forgetOutputs();
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

  async #learned(page: JsonObject, { agreed }: Session): Promise<JsonObject> {
    const learned = this.#tools?.learn(page, eraOf(agreed.revision));
    if (isPromise(learned)) await learned;
    this.#outputs?.use((outputs) => {
      outputs.learn(page);
    }, this.#report);
    return page;
  }

  #forgetOutputs(): void {
    if (this.#outputs?.isNeeded !== true) return;
    this.#outputs.use((outputs) => {
      outputs.forget();
    }, this.#report);
  }
}
