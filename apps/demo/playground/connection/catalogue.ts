import type { McpClient, Prompt, Resource, ResourceTemplate, Tool } from "@towpath/mcp-core";
import { Value } from "../page/value.js";
import type { Connection } from "./connection.js";

/** What a server lists of one kind. */
export type Listing<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "loading"; readonly items: readonly T[] }
  | { readonly kind: "listed"; readonly items: readonly T[]; readonly more: boolean }
  | { readonly kind: "failed"; readonly items: readonly T[]; readonly error: unknown };

/** What is listed of one kind at most. */
export const MAX_LISTED = 500;

/** Lists that are read within this time are read once, in ms. */
const PAUSE_MS = 600;

type Source<T> = (client: McpClient) => AsyncIterable<T> | undefined;

/** One list of the server's, as it is now. Read anew when the server says that it has changed. */
export class Listed<T> {
  readonly listing = new Value<Listing<T>>({ kind: "absent" });
  readonly #connection: Connection;
  readonly #source: Source<T>;
  #isWaiting = false;
  #readings = 0;

  constructor(connection: Connection, source: Source<T>, changes: string) {
    this.#connection = connection;
    this.#source = source;
    connection.state.watch(({ kind }) => {
      if (kind === "connected") void this.reload();
      else this.listing.set({ kind: "absent" });
    });
    connection.onChange(({ method }) => {
      if (method === changes) this.#reloadSoon();
    });
  }

  get items(): readonly T[] {
    const { current } = this.listing;
    return current.kind === "absent" ? [] : current.items;
  }

  async reload(): Promise<void> {
    const client = this.#connection.live?.client;
    const source = client && this.#source(client);
    if (source === undefined) return;
    this.listing.set({ kind: "loading", items: this.items });
    const reading = ++this.#readings;
    const isCurrent = (): boolean => this.#connection.live?.client === client && this.#readings === reading;
    try {
      const items: T[] = [];
      for await (const item of source) {
        items.push(item);
        if (items.length > MAX_LISTED) break;
      }
      const more = items.length > MAX_LISTED;
      if (isCurrent()) this.listing.set({ kind: "listed", items: items.slice(0, MAX_LISTED), more });
    } catch (error) {
      if (isCurrent()) this.listing.set({ kind: "failed", items: this.items, error });
    }
  }

  #reloadSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      void this.reload();
    }, PAUSE_MS);
  }
}

/** What the server offers. */
export interface Catalogue {
  readonly tools: Listed<Tool>;
  readonly resources: Listed<Resource>;
  readonly templates: Listed<ResourceTemplate>;
  readonly prompts: Listed<Prompt>;
}

export function catalogueOf(connection: Connection): Catalogue {
  const fresh = { cache: "reload" } as const;
  const ifHas = <T>(name: string, source: (client: McpClient) => AsyncIterable<T>): Source<T> => {
    return (client) => (client.capabilities[name] === undefined ? undefined : source(client));
  };
  const listed = <T>(name: string, source: (client: McpClient) => AsyncIterable<T>): Listed<T> =>
    new Listed(connection, ifHas(name, source), `notifications/${name}/list_changed`);
  return {
    tools: listed("tools", (client) => client.tools(fresh)),
    resources: listed("resources", (client) => client.resources(fresh)),
    templates: listed("resources", (client) => client.resourceTemplates(fresh)),
    prompts: listed("prompts", (client) => client.prompts(fresh)),
  };
}
