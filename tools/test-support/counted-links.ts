import type { Dispatcher, Link, Peer } from "@towpath/mcp-core/transport";

/** A dispatcher that knows which of its links are open, or closed with handlers that have not ended. */
export class CountedLinks implements Dispatcher {
  readonly state: Dispatcher["state"];
  readonly nodes: Dispatcher["nodes"];
  readonly #dispatcher: Dispatcher;
  readonly #open = new Set<Link>();
  #whenNone: (() => void) | undefined;

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
    this.state = dispatcher.state;
    this.nodes = dispatcher.nodes;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Settles when none is open. */
  none(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#whenNone = resolve));
  }

  open(peer: Peer): Link {
    const link = this.#dispatcher.open(peer);
    this.#open.add(link);
    const close: Link["close"] = async (reason) => {
      await link.close(reason);
      this.#open.delete(link);
      if (this.#open.size === 0) this.#whenNone?.();
    };
    return new Proxy(link, {
      get: (_target, name) => {
        if (name === "close") return close;
        const value: unknown = Reflect.get(link, name, link);
        return typeof value === "function" ? (value as () => unknown).bind(link) : value;
      },
    });
  }
}
