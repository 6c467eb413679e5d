import { createClient, type RedisClientOptions } from "@redis/client";
import { rejection, type Attempt, type Connection } from "./keeper.js";
import type { Script } from "./redis.js";

/** What a connection to one node is made of, in the words of node-redis. */
export type NodeOptions = RedisClientOptions;

type Client = ReturnType<typeof makeClient>;

/** Where commands go. */
export interface CommandConnection extends Connection {
  /** Calls for one key are sent in the order in which they were made. */
  send(key: string, args: readonly string[]): Promise<unknown>;
  /** Messages for one channel are sent in order. Gives how many received it, if that is known. */
  publish(channel: string, message: string): Promise<number | undefined>;
  /** Frees it once everything that was sent is answered. */
  finish(): Promise<void>;
}

export interface SubscriberConnection extends Connection {
  subscribe(channels: readonly string[], listener: MessageListener): Promise<void>;
  unsubscribe(channel: string, listener: MessageListener): Promise<void>;
}

export type MessageListener = (message: string, channel: string) => void;

/** Opens a connection to one node for commands, with the scripts loaded. */
export async function openCommands(
  options: NodeOptions,
  attempt: Attempt,
  scripts: readonly Script[],
): Promise<CommandConnection> {
  const client = await openClient(options, attempt);
  await Promise.all(scripts.map(({ source }) => client.sendCommand(["SCRIPT", "LOAD", source])));
  return {
    send: (_key, args) => client.sendCommand(args),
    publish: (channel, message) => client.sendCommand<number>(["PUBLISH", channel, message]),
    ping: () => client.sendCommand(["PING"]),
    destroy: () => client.destroy(),
    finish: () => client.close(),
  };
}

/** Opens a connection to one node that subscribes. */
export async function openSubscriber(options: NodeOptions, attempt: Attempt): Promise<SubscriberConnection> {
  const client = await openClient(options, attempt);
  return {
    subscribe: async (channels, listener) => {
      await client.subscribe([...channels], listener);
    },
    unsubscribe: async (channel, listener) => {
      await client.unsubscribe(channel, listener);
    },
    ping: () => client.sendCommand(["PING"]),
    destroy: () => client.destroy(),
  };
}

/** Opens a client that does not reconnect: whoever keeps it opens another. */
export async function openClient(options: NodeOptions, attempt: Attempt): Promise<Client> {
  const { signal } = attempt;
  signal.throwIfAborted();
  const client = makeClient(options);
  let cause: unknown;
  client.on("error", (error) => {
    cause ??= error;
    attempt.lost(error);
  });
  client.on("end", () => attempt.lost(cause ?? new Error("the connection was closed")));
  signal.addEventListener("abort", () => client.destroy(), { once: true });
  await Promise.race([client.connect(), rejection(signal)]);
  return client;
}

function makeClient(options: NodeOptions) {
  // Replies have to come as they are, to the keys that were asked for; and nothing may wait for a new connection.
  const { keyPrefix, clientSideCache, emitInvalidate, readonly, commandOptions, ...replies } = options;
  // Calls have their own limits, and whoever keeps the connection asks it whether it still answers.
  const { commandsQueueMaxLength, pingInterval, ...rest } = replies;
  return createClient({
    ...rest,
    // node-redis writes to the object it is given. Whoever keeps the connection sets the time for opening it.
    socket: { ...rest.socket, reconnectStrategy: false, connectTimeout: 0, socketTimeout: 0 },
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    // It limits only the time until a command is written, at the price of a signal for each.
    commandOptions: { timeout: 0 },
  });
}
