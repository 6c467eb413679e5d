import type { SubscriberConnection } from "./node-client.js";

type Listener = (message: string) => void;

interface Channel {
  readonly listeners: Set<Listener>;
  /** Settles once the subscription is in force. */
  ready: Promise<void>;
}

/** Channels for each SUBSCRIBE when all of them are renewed. */
const AT_ONCE = 500;

/** Who listens to which channel, whatever connection carries it. */
export class Subscriptions {
  readonly #channels = new Map<string, Channel>();

  /** Adds a listener, subscribing with `connection` if it is the channel's first. */
  async add(connection: SubscriberConnection, name: string, listener: Listener): Promise<void> {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { listeners: new Set(), ready: connection.subscribe([name], this.#deliver) };
      this.#channels.set(name, channel);
    }
    channel.listeners.add(listener);
    try {
      await channel.ready;
    } catch (cause) {
      this.#take(name, channel, listener);
      throw cause;
    }
  }

  /** Removes a listener, and the subscription with the last of them. */
  async remove(
    connection: SubscriberConnection | undefined,
    name: string,
    listener: Listener,
  ): Promise<void> {
    const channel = this.#channels.get(name);
    if (channel === undefined || !this.#take(name, channel, listener)) return;
    await connection?.unsubscribe(name, this.#deliver);
  }

  /** Subscribes to every channel with a connection that is new. */
  async renew(connection: SubscriberConnection): Promise<void> {
    const names = [...this.#channels.keys()];
    const renewals: Promise<void>[] = [];
    for (let i = 0; i < names.length; i += AT_ONCE)
      renewals.push(connection.subscribe(names.slice(i, i + AT_ONCE), this.#deliver));
    await Promise.all(renewals);
    for (const channel of this.#channels.values()) channel.ready = Promise.resolve();
  }

  clear(): void {
    this.#channels.clear();
  }

  /** Whether it was the last listener of the channel. */
  #take(name: string, channel: Channel, listener: Listener): boolean {
    if (!channel.listeners.delete(listener) || channel.listeners.size > 0) return false;
    return this.#channels.get(name) === channel && this.#channels.delete(name);
  }

  readonly #deliver = (message: string, name: string): void => {
    for (const listener of this.#channels.get(name)?.listeners ?? []) listener(message);
  };
}
