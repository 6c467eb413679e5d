/** A connection of a client's to a node, through the balancer. */
export interface Connection {
  /** What was asked over it; absent where it carries messages both ways. */
  readonly request?: Request | undefined;
}

/** What a connection can suffer. */
export interface Breakable extends Connection {
  /** It breaks, and both ends see that. */
  cut(): void;
  /** The node is gone: its client sees that the connection broke, and the node sees nothing any more. */
  lose(): void;
}

/** The open connections of one node. */
export class Connections {
  readonly #open = new Set<Breakable>();

  get size(): number {
    return this.#open.size;
  }

  add(connection: Breakable): void {
    this.#open.add(connection);
  }

  delete(connection: Breakable): void {
    this.#open.delete(connection);
  }

  /** Cuts those that are meant. Gives how many. */
  cut(which: (connection: Connection) => boolean): number {
    const meant = [...this.#open].filter(which);
    for (const connection of meant) connection.cut();
    return meant.length;
  }

  lose(): void {
    for (const connection of [...this.#open]) connection.lose();
  }
}
