import type { Principal } from "../contract/index.js";
import { EncodedResult } from "../jsonrpc/encode.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { cursorParam, pageOf, type Page, type Placed } from "../protocol/cursor.js";
import { has, type Revision } from "../protocol/revisions.js";
import type { RequestContext } from "./request-context.js";
import type { MethodResult } from "../extension/server.js";

/**
 * Says who may know of an item: for others it is neither listed nor found. It gets who was authenticated,
 * and nothing else: a list may differ by authorization, never by connection (Tools, Resources and
 * Prompts, Capabilities). Whoever it throws for does not see the item.
 */
export type VisibleTo = (principal: Principal | undefined) => boolean;

/** What every definition may say. */
export interface Definition {
  /** Default: everybody. */
  readonly visibleTo?: VisibleTo;
}

/** Whoever asks, as far as it matters for what is to be seen. */
export type Viewer = Pick<RequestContext, "principal">;

/** Something registered: its definition may change, its key never does. */
export interface Entry<Defined extends Definition = Definition> extends Placed {
  readonly key: string;
  definition: Defined;
  enabled: boolean;
}

/** What the author can do with something registered. Every change notifies whoever listens for the list. */
export interface Handle<Changes> {
  readonly name: string;
  readonly enabled: boolean;
  enable(): void;
  /** What is disabled is neither listed nor found. */
  disable(): void;
  /** Changes how it is described; the rest stays. */
  update(changes: Changes): void;
  /** Takes it away for good; its name is free again. */
  remove(): void;
}

export interface RegistryOptions {
  readonly pageSize: number;
  /** Called when a list has changed. */
  readonly changed: (list: "tools" | "resources" | "prompts") => void;
  /** Told of errors that clients do not see. */
  readonly report: (error: unknown) => void;
}

interface Kind<E extends Entry> {
  /** What one is called in messages. */
  readonly name: string;
  readonly change: "tools" | "resources" | "prompts";
  /** The name of the list in a result. */
  readonly list: string;
  readonly describe: (entry: E, revision: Revision) => JsonObject;
}

/** Things of one kind, in the order they were registered, and their list. */
export class Registry<E extends Entry> {
  readonly #entries = new Map<string, E>();
  readonly #kind: Kind<E>;
  readonly #options: RegistryOptions;
  readonly #firstPages = new Map<Revision, EncodedResult>();
  #varies = false;
  #nextPlace = 0;

  constructor(kind: Kind<E>, options: RegistryOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** Whether there ever was one: what was declared to a client stays, though its list may become empty. */
  get offered(): boolean {
    return this.#nextPlace > 0;
  }

  /** Whether the list may differ from principal to principal. */
  get varies(): boolean {
    return this.#varies;
  }

  /** @throws TypeError when the key is taken, or a part is not what it must be */
  prepare<Defined extends Definition>(
    key: string,
    definition: Defined,
    handler: unknown,
  ): { key: string; place: number; definition: Defined; enabled: boolean } {
    const { name } = this.#kind;
    checkRegistration(`${name} ${JSON.stringify(key)}`, definition, handler);
    if (this.#entries.has(key))
      throw new TypeError(`There is a ${name} ${JSON.stringify(key)} already; change it through its handle`);
    return { key, place: this.#nextPlace, definition, enabled: true };
  }

  add<Changes extends object>(entry: E): Handle<Changes> {
    this.#nextPlace += 1;
    this.#entries.set(entry.key, entry);
    this.#changed();
    return this.#handleOf(entry);
  }

  /** The one of this key, hidden ones included. */
  get(key: string): E | undefined {
    return this.#entries.get(key);
  }

  /** The one of this key, if it is enabled and the principal may see it. */
  find(key: string, ctx: Viewer): E | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && this.sees(entry, ctx) ? entry : undefined;
  }

  sees(entry: E, ctx: Viewer): boolean {
    if (!entry.enabled || entry.definition.visibleTo === undefined) return entry.enabled;
    return this.#judge(entry, ctx.principal);
  }

  values(): Iterable<E> {
    return this.#entries.values();
  }

  /** `…/list`. */
  list(params: JsonObject, ctx: RequestContext): MethodResult {
    const cursor = cursorParam(params);
    const { revision } = ctx.client;
    const shared = cursor === undefined && !this.#varies;
    const cached = shared ? this.#firstPages.get(revision) : undefined;
    if (cached !== undefined) return cached;
    const page = this.page(cursor, ctx);
    const items = page.items.map((entry) => this.describe(entry, revision));
    const result = listResult(this.#kind.list, { ...page, items }, this.#varies, revision);
    if (!shared) return result;
    const encoded = new EncodedResult(result);
    this.#firstPages.set(revision, encoded);
    return encoded;
  }

  page(cursor: string | undefined, ctx: Viewer): Page<E> {
    const seen = [...this.#entries.values()].filter((entry) => this.sees(entry, ctx));
    return pageOf(this.#kind.list, seen, cursor, this.#options.pageSize);
  }

  describe(entry: E, revision: Revision): JsonObject {
    return this.#kind.describe(entry, revision);
  }

  #judge({ key, definition }: E, principal: Principal | undefined): boolean {
    try {
      const seen: unknown = definition.visibleTo?.(principal);
      if (typeof seen === "boolean") return seen;
      throw new TypeError(
        `visibleTo of ${this.#kind.name} ${JSON.stringify(key)} must return a boolean, not ${describe(seen)}`,
      );
    } catch (error) {
      this.#options.report(error);
      return false;
    }
  }

  #changed(): void {
    this.#varies = [...this.#entries.values()].some(({ definition }) => definition.visibleTo !== undefined);
    this.#firstPages.clear();
    this.#options.changed(this.#kind.change);
  }

  #handleOf<Changes extends object>(entry: E): Handle<Changes> {
    const enable = (enabled: boolean): void => {
      if (entry.enabled === enabled || this.#entries.get(entry.key) !== entry) return;
      entry.enabled = enabled;
      this.#changed();
    };
    return {
      name: entry.key,
      get enabled() {
        return entry.enabled;
      },
      enable: () => {
        enable(true);
      },
      disable: () => {
        enable(false);
      },
      update: (changes) => {
        entry.definition = { ...entry.definition, ...changes };
        if (this.#entries.get(entry.key) === entry) this.#changed();
      },
      remove: () => {
        if (this.#entries.get(entry.key) !== entry) return;
        this.#entries.delete(entry.key);
        entry.enabled = false;
        this.#changed();
      },
    };
  }
}

/** A page as a result. One that may differ from principal to principal says so, whatever is configured. */
export function listResult(
  name: string,
  { items, nextCursor }: Page<JsonObject>,
  varies: boolean,
  revision: Revision,
): JsonObject {
  return {
    [name]: items,
    ...(nextCursor !== undefined && { nextCursor }),
    ...(varies && has(revision, "cacheHints") && { cacheScope: "private" }),
  };
}

/** Callers without types may leave the definition out, or the handler. */
function checkRegistration(what: string, definition: unknown, handler: unknown): void {
  if (!isObject(definition)) {
    const given = typeof definition === "function" ? "a function" : describe(definition);
    throw new TypeError(
      `The definition of ${what} must be an object, such as { description }, or {}; it is ${given}`,
    );
  }
  if (typeof handler !== "function")
    throw new TypeError(`The handler of ${what} must be a function; it is ${describe(handler)}`);
}
