import type { Change, ChangeFilter, ChangeSubscription, McpClient } from "@towpath/mcp-core";

/**
 * Hears of changes of lists and of the resources that are watched, over one subscription: a browser makes few
 * connections to a server, and each subscription takes one of them.
 */
export class Watching {
  readonly #client: McpClient;
  readonly #onChange: (change: Change) => void;
  readonly #onLost: (error: Error | undefined) => void;
  readonly #uris = new Set<string>();
  #subscription: ChangeSubscription | undefined;
  /** What goes on one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    client: McpClient,
    onChange: (change: Change) => void,
    onLost: (error: Error | undefined) => void,
  ) {
    this.#client = client;
    this.#onChange = onChange;
    this.#onLost = onLost;
  }

  watches(uri: string): boolean {
    return this.#uris.has(uri);
  }

  /** Listens for changes of lists. */
  start(): Promise<void> {
    return this.#renew();
  }

  /** Settles when the server has agreed to tell of a resource. */
  async watch(uri: string): Promise<void> {
    this.#uris.add(uri);
    try {
      await this.#renew();
    } catch (error) {
      this.#uris.delete(uri);
      throw error;
    }
  }

  unwatch(uri: string): Promise<void> {
    this.#uris.delete(uri);
    return this.#renew();
  }

  #renew(): Promise<void> {
    const renewed = this.#last.then(() => this.#subscribe());
    this.#last = renewed.catch(() => undefined);
    return renewed;
  }

  /** The next subscription is there before the last one ends, so that nothing is missed. */
  async #subscribe(): Promise<void> {
    const filter = this.#filter();
    const last = this.#subscription;
    if (Object.keys(filter).length === 0) this.#subscription = undefined;
    else {
      const next = await this.#client.listen(filter, this.#onChange);
      this.#subscription = next;
      void next.closed.then(({ kind, error }) => {
        if (kind === "lost" && this.#subscription === next) this.#onLost(error);
      });
    }
    await last?.close();
  }

  #filter(): ChangeFilter {
    const { tools, prompts, resources } = this.#client.capabilities;
    return {
      ...(tools?.listChanged === true && { toolsListChanged: true }),
      ...(prompts?.listChanged === true && { promptsListChanged: true }),
      ...(resources?.listChanged === true && { resourcesListChanged: true }),
      ...(this.#uris.size > 0 && { resourceSubscriptions: [...this.#uris] }),
    };
  }
}
