import type { McpClient } from "../client/client.js";
import type { Clock } from "../protocol/clock.js";

// Some runtimes have no such symbol yet, whatever the types say; its name is then as good as any.
const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { readonly asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for("asyncDispose") as typeof Symbol.asyncDispose);

export interface Closing {
  readonly closeTimeoutMs: number;
  readonly clock: Clock;
}

/** The clients of several servers. With `await using` they are closed at the end of the block. */
export class Connections {
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

  [asyncDispose](): Promise<void> {
    return this.close();
  }
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
