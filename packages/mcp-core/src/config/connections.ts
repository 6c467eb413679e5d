import type { McpClient } from "../client/client.js";
import type { Clock } from "../protocol/clock.js";

declare global {
  /** Merges with the library's. For whoever compiles for an older one, it would be missing otherwise. */
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it adds nothing to the library's
  interface AsyncDisposable {}
}

/** The clients of several servers. With `await using` they are closed at the end of the block. */
export type Connections = OpenConnections & AsyncDisposable;

export interface Closing {
  readonly closeTimeoutMs: number;
  readonly clock: Clock;
}

class OpenConnections {
  /** The connected clients by the names of their servers, in the order of the configuration. */
  readonly clients: ReadonlyMap<string, McpClient>;
  /** Why the other servers could not be connected. */
  readonly failures: ReadonlyMap<string, Error>;
  readonly #options: Closing;
  #closed: Promise<void> | undefined;

  constructor(
    clients: ReadonlyMap<string, McpClient>,
    failures: ReadonlyMap<string, Error>,
    options: Closing,
  ) {
    this.clients = clients;
    this.failures = failures;
    this.#options = options;
  }

  /**
   * The client of a server.
   * @throws Error when the server has none, with the reason; `clients.get` gives `undefined` instead
   */
  client(name: string): McpClient {
    const client = this.clients.get(name);
    if (client !== undefined) return client;
    const cause = this.failures.get(name);
    const quoted = JSON.stringify(name);
    if (cause !== undefined)
      throw new Error(`The server ${quoted} is not connected: ${cause.message}`, { cause });
    const names = [...this.clients.keys(), ...this.failures.keys()].join(", ");
    throw new Error(`There is no server ${quoted}; there is ${names || "none at all"}`);
  }

  /**
   * Closes every client, also after one could not be, and within `closeTimeoutMs`.
   * @throws AggregateError when clients could not be closed, or not in time
   */
  close(): Promise<void> {
    this.#closed ??= closeAll(this.clients, this.#options);
    return this.#closed;
  }

  static {
    // Some runtimes have no such symbol yet, whatever the types say.
    const { asyncDispose } = Symbol as { readonly asyncDispose?: symbol };
    if (asyncDispose !== undefined) {
      const value = function (this: OpenConnections): Promise<void> {
        return this.close();
      };
      Object.defineProperty(this.prototype, asyncDispose, { value, configurable: true, writable: true });
    }
  }
}

/** Takes clients that are connected, and says why others are not. */
export function connectionsOf(
  clients: ReadonlyMap<string, McpClient>,
  failures: ReadonlyMap<string, Error>,
  options: Closing,
): Connections {
  // The class defines what disposes of it where the runtime can.
  return new OpenConnections(clients, failures, options) as Connections;
}

async function closeAll(clients: ReadonlyMap<string, McpClient>, options: Closing): Promise<void> {
  const attempts = [...clients].map(async ([name, client]) => {
    try {
      await inTime(client.close(), options);
      return [];
    } catch (cause) {
      return [new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })];
    }
  });
  const errors = (await Promise.all(attempts)).flat();
  if (errors.length === 0) return;
  const reasons = errors.map(({ message }) => message).join("; ");
  throw new AggregateError(errors, `Not every connection was closed: ${reasons}`);
}

function inTime(closed: Promise<void>, { closeTimeoutMs, clock }: Closing): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new Error(`not closed within ${closeTimeoutMs} ms`));
    };
    // Whoever waits for this wants to hear of it, so the process has to last until then.
    const timer = clock.schedule(closeTimeoutMs, late, { keepAlive: true });
    closed.finally(() => timer.cancel()).then(resolve, reject);
  });
}
