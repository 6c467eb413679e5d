import { describe, expect, it } from "vitest";
import type { MessageListener, SubscriberConnection } from "./node-client.js";
import { Subscriptions } from "./subscriptions.js";

/** A connection that notes what is asked of it, and hands out messages. */
class Fake implements SubscriberConnection {
  readonly asked: string[] = [];
  broken = false;
  #listener: MessageListener = () => undefined;

  async subscribe(channels: readonly string[], listener: MessageListener): Promise<void> {
    this.asked.push(`+${channels.join(" ")}`);
    this.#listener = listener;
    if (this.broken) throw new Error("broken");
  }

  async unsubscribe(channel: string): Promise<void> {
    this.asked.push(`-${channel}`);
  }

  deliver(message: string, channel: string): void {
    this.#listener(message, channel);
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.broken = true;
  }
}

function setUp() {
  const heard: string[] = [];
  const listener =
    (name: string) =>
    (message: string): void =>
      void heard.push(`${name} ${message}`);
  return {
    subscriptions: new Subscriptions(),
    connection: new Fake(),
    heard,
    a: listener("a"),
    b: listener("b"),
  };
}

describe("Subscriptions", () => {
  it("subscribe once for each channel, and unsubscribe with the last listener", async () => {
    const { subscriptions, connection, heard, a, b } = setUp();
    await subscriptions.add(connection, "x", a);
    await subscriptions.add(connection, "x", b);
    connection.deliver("1", "x");
    await subscriptions.remove(connection, "x", a);
    connection.deliver("2", "x");
    await subscriptions.remove(connection, "x", b);
    await subscriptions.remove(connection, "x", b);
    expect(connection.asked).toEqual(["+x", "-x"]);
    expect(heard).toEqual(["a 1", "b 1", "b 2"]);
  });

  it("subscribe anew to a channel that was left", async () => {
    const { subscriptions, connection, a, b } = setUp();
    await subscriptions.add(connection, "x", a);
    await Promise.all([subscriptions.remove(connection, "x", a), subscriptions.add(connection, "x", b)]);
    expect(connection.asked).toEqual(["+x", "-x", "+x"]);
  });

  it("are renewed on another connection, many at a time", async () => {
    const { subscriptions, connection, heard, a } = setUp();
    for (let i = 0; i < 1200; i++) await subscriptions.add(connection, `c${String(i)}`, a);
    const next = new Fake();
    await subscriptions.renew(next);
    expect(next.asked).toHaveLength(3);
    next.deliver("again", "c1199");
    expect(heard).toEqual(["a again"]);
  });

  it("forget who could not be subscribed", async () => {
    const { subscriptions, connection, a, b } = setUp();
    connection.destroy();
    const both = [subscriptions.add(connection, "x", a), subscriptions.add(connection, "x", b)];
    for (const each of both) await expect(each).rejects.toThrow("broken");
    const next = new Fake();
    await subscriptions.renew(next);
    expect(next.asked).toEqual([]);
  });

  it("unsubscribe nothing where there is no connection", async () => {
    const { subscriptions, connection, a } = setUp();
    await subscriptions.add(connection, "x", a);
    await subscriptions.remove(undefined, "x", a);
    const next = new Fake();
    await subscriptions.renew(next);
    expect(next.asked).toEqual([]);
  });
});
