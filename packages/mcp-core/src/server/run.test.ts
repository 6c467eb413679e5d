import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import type { Dispatcher, Listener, ServerTransport } from "../contract/index.js";
import { runUntilDone } from "./run.js";
import { McpServer } from "./server.js";

interface Started {
  readonly transport: ServerTransport;
  /** What the transport was told to do. */
  readonly told: unknown[];
  /** Ends the listener, as when its only peer leaves. */
  readonly leave: () => void;
}

function transport(name: string, url?: string): Started {
  const told: unknown[] = [];
  const closed = gate();
  const listener: Listener = {
    ...(url !== undefined && { urls: [url] }),
    closed: closed.promise,
    drain: async (options) => {
      told.push(options ?? "no options");
      closed.open();
      return closed.promise;
    },
  };
  const start = async (to: Dispatcher): Promise<Listener> => {
    told.push(to);
    return Promise.resolve(listener);
  };
  return { transport: { name, start }, told, leave: () => closed.open() };
}

describe("McpServer.run and start", () => {
  it("need a transport, and name a package that has one", async () => {
    const server = new McpServer("s");
    for (const ask of [server.run(), server.start()]) {
      await expect(ask).rejects.toThrow(TypeError);
      await expect(ask).rejects.toThrow(/@towpath\/transport-stdio.*run\(stdio\(\)\)/);
    }
  });

  it("serve on several transports, and tell where", async () => {
    const server = new McpServer("s");
    const [one, two] = [transport("stdio"), transport("http", "http://127.0.0.1:8000/mcp")];
    const running = await server.start(one.transport, two.transport);
    expect([one.told, two.told]).toEqual([[server], [server]]);
    expect(running.urls).toEqual(["http://127.0.0.1:8000/mcp"]);
    await running.drain();
    await running.closed;
  });

  it("have drained when what extensions work on is put in order, too", async () => {
    const closing = gate();
    const close = (): Promise<void> => closing.promise;
    const server = new McpServer("s", { extensions: [{ id: "com.example/a", close }] });
    const running = await server.start(transport("stdio").transport);
    const seen: string[] = [];
    const drained = running.drain().then(() => seen.push("drained"));
    await settled();
    seen.push("closed");
    closing.open();
    await drained;
    expect(seen).toEqual(["closed", "drained"]);
  });

  it("close what extensions work on with the last of several runs", async () => {
    const closed: string[] = [];
    const close = async (): Promise<void> => void closed.push("closed");
    const server = new McpServer("s", { extensions: [{ id: "com.example/closing", close }] });
    const [one, two] = [transport("stdio"), transport("http")];
    const [first, second] = [await server.start(one.transport), await server.start(two.transport)];
    one.leave();
    await first.closed;
    expect(closed).toEqual([]);
    two.leave();
    await second.closed;
    expect(closed).toEqual(["closed"]);
  });

  it("go on until the last transport has ended", async () => {
    const [one, two] = [transport("stdio"), transport("http")];
    const { closed } = await new McpServer("s").start(one.transport, two.transport);
    let over = false;
    void closed.then(() => (over = true));
    one.leave();
    await Promise.resolve();
    expect(over).toBe(false);
    two.leave();
    await closed;
    expect(one.told).toHaveLength(1);
  });

  it("pass the time a drain may take on to each transport", async () => {
    const [one, two] = [transport("stdio"), transport("http")];
    const running = await new McpServer("s").start(one.transport, two.transport);
    await running.drain({ timeoutMs: 50 });
    expect([one.told[1], two.told[1]]).toEqual([{ timeoutMs: 50 }, { timeoutMs: 50 }]);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("port is taken"))],
    [
      "throws",
      () => {
        throw new Error("port is taken");
      },
    ],
  ])("fail with the reason of a transport that %s, and end the others", async (_, start) => {
    const [one, two] = [transport("stdio"), transport("http")];
    const failing: ServerTransport = { name: "failing", start };
    await expect(new McpServer("s").start(one.transport, failing, two.transport)).rejects.toThrow(
      "port is taken",
    );
    expect([one.told[1], two.told[1]]).toEqual([{ timeoutMs: 0 }, { timeoutMs: 0 }]);
  });

  it("name the reason also where another transport cannot be ended", async () => {
    const stuck: ServerTransport = {
      name: "stuck",
      start: () =>
        Promise.resolve({ closed: Promise.resolve(), drain: () => Promise.reject(new Error("stuck")) }),
    };
    const failing: ServerTransport = {
      name: "failing",
      start: () => Promise.reject(new Error("port is taken")),
    };
    await expect(new McpServer("s").start(stuck, failing)).rejects.toThrow("port is taken");
  });
});

describe("runUntilDone", () => {
  class Ended extends Error {}

  /** A process that does not end. */
  function fakeProcess() {
    const listeners = new Map<string, () => void>();
    const exits: unknown[][] = [];
    const runtime = {
      on: (signal: string, listener: () => void) => listeners.set(signal, listener),
      off: (signal: string) => listeners.delete(signal),
      exit: (...code: unknown[]): never => {
        exits.push(code);
        throw new Ended();
      },
    };
    return { runtime, listeners, exits };
  }

  it("ends the process with the code its author set, once every transport has ended", async () => {
    const { runtime, listeners, exits } = fakeProcess();
    const one = transport("stdio");
    const over = runUntilDone(() => new McpServer("s").start(one.transport), runtime);
    one.leave();
    await expect(over).rejects.toThrow(Ended);
    expect([exits, listeners.size]).toEqual([[[]], 0]);
  });

  it("drains on a first signal, and ends at once on a second", async () => {
    const { runtime, listeners, exits } = fakeProcess();
    const one = transport("stdio");
    const over = runUntilDone(() => new McpServer("s").start(one.transport), runtime);
    await settled();
    listeners.get("SIGTERM")?.();
    expect([one.told.slice(1), exits]).toEqual([["no options"], []]);
    expect(() => listeners.get("SIGTERM")?.()).toThrow(Ended);
    expect(exits).toEqual([[143]]);
    await expect(over).rejects.toThrow(Ended);
  });
});

describe("new McpServer", () => {
  it("takes a name, or name and version", () => {
    expect(new McpServer("s").info).toEqual({ name: "s", version: "0.0.0" });
    expect(new McpServer({ name: "s", version: "1", title: "S" }).info).toEqual({
      name: "s",
      version: "1",
      title: "S",
    });
  });

  it.each([undefined, null, 5, {}, { name: "s" }, { name: 5, version: "1" }, []])("refuses %j", (info) => {
    expect(() => new McpServer(info as unknown as string)).toThrow(TypeError);
  });
});
