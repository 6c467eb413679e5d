import { McpClient } from "../client/client.js";
import type { McpClientOptions } from "../client/options.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { isolate } from "../protocol/promises.js";
import { connectionsOf, type Connections } from "./connections.js";
import { eachOf } from "./each-of.js";
import type { ServerConfig, ServersConfig } from "./server-config.js";
import { transportFor, type TransportFactories } from "./transports.js";

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_CLOSE_TIMEOUT_MS = 10_000;

export interface ConnectAllOptions {
  /** Options of every client, or a function that gives them for each. */
  readonly client?: McpClientOptions | ((name: string, server: ServerConfig) => McpClientOptions);
  /** Servers without which there is no going on: all (`true`), or those that are named. Default: any one of them. */
  readonly required?: boolean | readonly string[];
  /** How many are connected at the same time. Default: 8. */
  readonly concurrency?: number;
  /** Told of each server that could not be connected while others were. Default: `console.error`. */
  readonly onFailure?: (name: string, error: Error) => void;
  /** How long closing may take, in ms. Default: 10,000. */
  readonly closeTimeoutMs?: number;
  readonly clock?: Clock;
}

/** Servers could not be connected, and those that could are closed again. */
export class ServersUnavailableError extends AggregateError {
  override readonly name = "ServersUnavailableError";
  /** Why, by the names of the servers. */
  readonly failures: ReadonlyMap<string, Error>;

  constructor(failures: ReadonlyMap<string, Error>) {
    const reasons = [...failures].map(([name, { message }]) => `\n  ${name}: ${message}`);
    super([...failures.values()], `Servers could not be connected:${reasons.join("")}`);
    this.failures = failures;
  }
}

/**
 * Connects to every server of a configuration, with the transports that are given.
 *
 * ```ts
 * await using servers = await connectAll(parseConfig(text), { stdio: stdioClient });
 * await servers.client("my-server").listTools();
 * ```
 *
 * A server that cannot be connected does not keep the others from being: it is among the `failures` of what
 * is returned, with a `MissingTransportError` if its transport was not given.
 *
 * @throws ServersUnavailableError when none can be connected, or not every one that is `required`; before
 *   anything is connected, RangeError or TypeError for options that cannot be
 */
export async function connectAll(
  config: ServersConfig,
  transports: TransportFactories,
  options: ConnectAllOptions = {},
): Promise<Connections> {
  const {
    closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS,
    clock = systemClock,
    onFailure = reportToConsole,
  } = options;
  const limit = checkConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY);
  checkTime(closeTimeoutMs);
  const required = requiredNames(config, options.required ?? false);

  const outcomes = await eachOf([...config.servers], limit, async ([name, server]) => {
    try {
      const { client: of = {} } = options;
      const transport = transportFor(name, server, transports);
      const client = await McpClient.connect(transport, typeof of === "function" ? of(name, server) : of);
      return { name, client };
    } catch (reason) {
      return { name, error: reason instanceof Error ? reason : new Error(String(reason), { cause: reason }) };
    }
  });

  const clients = new Map<string, McpClient>();
  const failures = new Map<string, Error>();
  for (const { name, client, error } of outcomes) {
    if (client !== undefined) clients.set(name, client);
    if (error !== undefined) failures.set(name, error);
  }
  const connections = connectionsOf(clients, failures, { closeTimeoutMs, clock });
  const isWanting = clients.size === 0 || required.some((name) => failures.has(name));
  if (failures.size > 0 && isWanting) {
    const error = new ServersUnavailableError(failures);
    // That one of them does not close either is not what the caller has to know now.
    await connections.close().catch(() => undefined);
    throw error;
  }
  for (const [name, error] of failures) isolate(() => onFailure(name, error));
  return connections;
}

function requiredNames({ servers }: ServersConfig, required: boolean | readonly string[]): readonly string[] {
  if (required === true) return [...servers.keys()];
  if (required === false) return [];
  const unknown = required.find((name) => !servers.has(name));
  if (unknown === undefined) return required;
  throw new TypeError(
    `"required" names ${JSON.stringify(unknown)}, which is no enabled server of the configuration`,
  );
}

function checkConcurrency(value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`concurrency must be an integer of at least 1, not ${String(value)}`);
}

function checkTime(value: number): void {
  if (typeof value === "number" && value > 0 && value < Infinity) return;
  throw new RangeError(
    `closeTimeoutMs must be a number of milliseconds greater than 0, not ${String(value)}`,
  );
}

function reportToConsole(name: string, error: Error): void {
  // eslint-disable-next-line no-console -- without an onFailure, a server would be missing without a word
  console.error(`The MCP server ${JSON.stringify(name)} could not be connected: ${error.message}`);
}
