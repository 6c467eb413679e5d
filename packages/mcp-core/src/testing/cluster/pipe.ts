import type { ClientConnection, Dispatcher, MessageReceiver } from "../../contract/index.js";
import { encode } from "../../jsonrpc/encode.js";
import type { Clock } from "../../protocol/clock.js";
import { jsonCopy } from "../../memory/json-copy.js";
import { DuplexClientConnection } from "../../transport/client-connection.js";
import { ServerConnection } from "../../transport/server-connection.js";
import type { Activity } from "./activity.js";
import type { Breakable, Connections } from "./connection.js";

const RESET = { kind: "lost", error: new Error("The connection was reset") } as const;

let opened = 0;

export interface PipeOptions {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly receiver: MessageReceiver;
  readonly connections: Connections;
  readonly activity: Activity;
}

/** A connection that carries messages both ways, as over pipes; what is on its way when it breaks is lost. */
export class Pipe implements Breakable {
  readonly #server: ServerConnection;
  readonly #client: DuplexClientConnection;
  readonly #connections: Connections;
  readonly #activity: Activity;
  #open = true;

  constructor({ dispatcher, clock, receiver, connections, activity }: PipeOptions) {
    this.#connections = connections;
    this.#activity = activity;
    this.#server = new ServerConnection({
      dispatcher,
      clock,
      peer: { id: `pipe-${String(++opened)}`, transport: "memory" },
      send: (message) => {
        const json = encode(message);
        this.#carry(() => this.#client.receive(json));
      },
      onUnread: () => undefined, // what is sent is read at once
    });
    this.#client = new DuplexClientConnection({
      receiver,
      send: (message) => {
        const copy = jsonCopy(message);
        this.#carry(() => this.#server.receiveValue(copy));
      },
      close: () => {
        this.#end();
        this.#server.close({ kind: "closed" });
        this.#client.ended({ kind: "closed" });
        return Promise.resolve();
      },
    });
    connections.add(this);
  }

  get client(): ClientConnection {
    return this.#client;
  }

  cut(): void {
    this.lose();
    this.#server.close(RESET);
  }

  lose(): void {
    this.#end();
    this.#client.ended(RESET);
  }

  /** Lets what is in flight finish for at most `timeoutMs`, and ends. */
  async drain(timeoutMs: number): Promise<void> {
    await this.#server.drain(timeoutMs);
    // The last replies are on their way.
    await Promise.resolve();
    this.#end();
    this.#client.ended({ kind: "closed" });
  }

  #carry(deliver: () => void): void {
    this.#activity.note();
    queueMicrotask(() => {
      if (this.#open) deliver();
    });
  }

  #end(): void {
    this.#open = false;
    this.#connections.delete(this);
  }
}
