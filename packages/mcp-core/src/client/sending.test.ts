import { describe, expect, it } from "vitest";
import { gate, type Gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import { scriptedEndpoint, type ScriptedEndpoint } from "../../test/support/scripted-endpoint.js";
import { legacy, modern, type Script } from "../../test/support/scripted-server.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import type { ClientTransport } from "../contract/index.js";
import { McpErrorCode } from "../protocol/errors.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";
import type { CallOptions } from "./options.js";

const REPEATING = { attempts: 5, windowMs: 60_000, repeats: true } as const;
const GREETING = ["server/discover", "initialize", "notifications/initialized"];

interface Attempting {
  readonly clock: ManualClock;
  readonly client: McpClient;
  readonly endpoint: ScriptedEndpoint;
  /** Lets what the second attempt waits for be done. */
  readonly go: () => Promise<void>;
  /** Calls of the tool that the server has seen, over all connections. */
  readonly calls: () => number;
}

function callsSeen(endpoint: ScriptedEndpoint): number {
  return endpoint
    .methods()
    .flat()
    .filter((method) => method === "tools/call").length;
}

/** The first call is refused for its headers; the tools are listed when that is let go. */
async function relisting(): Promise<Attempting> {
  const clock = new ManualClock();
  const listed = gate();
  let calls = 0;
  const script: Script = ({ id, method }, to) => {
    if (method === "tools/list") void listed.promise.then(() => to.result(id, { tools: [] }));
    else if (method === "tools/call" && (calls += 1) === 1) to.error(id, McpErrorCode.headerMismatch);
  };
  const endpoint = scriptedEndpoint(modern(script), { mirrors: true });
  const client = await McpClient.connect(endpoint.transport, { clock });
  return { clock, client, endpoint, go: () => opened(listed), calls: () => callsSeen(endpoint) };
}

/** The first call is lost with its connection; the next one is there when that is let go. */
async function reconnecting(): Promise<Attempting> {
  const clock = new ManualClock();
  const connected = gate();
  let calls = 0;
  const endpoint = scriptedEndpoint(
    legacy(({ id, method }, to) => {
      if (method === "tools/list") {
        const inputSchema = { type: "object" };
        to.result(id, { tools: [{ name: "t", inputSchema, annotations: { idempotentHint: true } }] });
      } else if (method === "tools/call" && (calls += 1) === 1) to.lose("gone");
    }),
    { reconnect: REPEATING },
  );
  let connections = 0;
  const transport: ClientTransport = {
    ...endpoint.transport,
    connect: async (receiver) => {
      if ((connections += 1) > 1) await connected.promise;
      return endpoint.transport.connect(receiver);
    },
  };
  const client = await McpClient.connect(transport, { clock });
  await client.listTools();
  return { clock, client, endpoint, go: () => opened(connected), calls: () => callsSeen(endpoint) };
}

async function opened(waiting: Gate): Promise<void> {
  waiting.open();
  await settled();
}

/** Calls the tool, and waits until the second attempt is being prepared. */
async function beginning({ client }: Attempting, options: CallOptions): Promise<{ call: Promise<unknown> }> {
  const call = client.callTool("t", {}, options);
  call.catch(() => undefined); // looked at by the test, later
  await settled();
  return { call };
}

describe.each([
  ["when the tools are listed anew", relisting],
  ["when the connection is made anew", reconnecting],
] as const)("a second attempt %s", (_, attempting) => {
  it("is not made once the call was given up, which rejects at once", async () => {
    const unhandled = await unhandledDuring(async () => {
      const a = await attempting();
      const controller = new AbortController();
      const { call } = await beginning(a, { signal: controller.signal });
      const reason = new Error("changed my mind");
      controller.abort(reason);
      await expect(call).rejects.toBe(reason);
      await a.go();
      expect(a.calls()).toBe(1);
      await a.client.close();
    });
    expect(unhandled).toEqual([]);
  });

  it("is not made once the client was closed", async () => {
    const unhandled = await unhandledDuring(async () => {
      const a = await attempting();
      const { call } = await beginning(a, {});
      const closed = a.client.close();
      await expect(call).rejects.toMatchObject({
        name: "ConnectionLostError",
        message: "The client was closed",
        mayHaveBeenDelivered: true,
      });
      await a.go();
      await closed;
      expect(a.calls()).toBe(1);
    });
    expect(unhandled).toEqual([]);
  });

  it("is waited for no longer than for an answer", async () => {
    const a = await attempting();
    const { call } = await beginning(a, { timeoutMs: 500 });
    a.clock.advance(499);
    await settled();
    a.clock.advance(1);
    await expect(call).rejects.toMatchObject({ name: "RequestTimeoutError", limit: "idle", timeoutMs: 500 });
    await a.go();
    expect(a.calls()).toBe(1);
    await a.client.close();
  });

  it("is waited for no longer than the call may take in all", async () => {
    const a = await attempting();
    const { call } = await beginning(a, { timeoutMs: 500, maxTotalTimeoutMs: 300 });
    a.clock.advance(300);
    await expect(call).rejects.toMatchObject({ name: "RequestTimeoutError", limit: "total", timeoutMs: 300 });
    await a.client.close();
  });

  it("takes no longer than what is left of the time for both", async () => {
    const a = await attempting();
    const { call } = await beginning(a, { timeoutMs: Infinity, maxTotalTimeoutMs: 1000 });
    a.clock.advance(600);
    await a.go();
    expect(a.calls()).toBe(2);
    let outcome: unknown = "waiting";
    call.catch((error: unknown) => (outcome = error));
    a.clock.advance(399);
    await settled();
    expect(outcome).toBe("waiting");
    a.clock.advance(1);
    await expect(call).rejects.toMatchObject({
      name: "RequestTimeoutError",
      limit: "total",
      timeoutMs: 1000,
    });
    await a.client.close();
  });

  it("has the time without an answer anew", async () => {
    const a = await attempting();
    const { call } = await beginning(a, { timeoutMs: 500 });
    a.clock.advance(400);
    await a.go();
    a.clock.advance(400);
    await settled();
    const { received = [] } = a.endpoint.connections.at(-1) ?? {};
    a.endpoint.connections.at(-1)?.result(received.at(-1)?.id, { content: [] });
    expect(await call).toEqual({ content: [] });
    await a.client.close();
  });
});

describe("a second attempt that fails", () => {
  it("is said to have been delivered when the first one may have been", async () => {
    let attempts = 0;
    const endpoint = scriptedEndpoint(
      legacy(({ method }, to) => {
        if (method === "ping") to.lose("gone");
      }),
      { reconnect: REPEATING },
    );
    const transport: ClientTransport = {
      ...endpoint.transport,
      reconnect: { ...REPEATING, attempts: 0 },
      connect: (receiver) => {
        attempts += 1;
        return endpoint.transport.connect(receiver);
      },
    };
    const client = await McpClient.connect(transport, { clock: new ManualClock() });
    await expect(client.ping()).rejects.toMatchObject({
      name: "ConnectionLostError",
      message: "The connection is gone: gone",
      mayHaveBeenDelivered: true,
    });
    await expect(client.ping()).rejects.toMatchObject({ mayHaveBeenDelivered: false });
    expect(attempts).toBe(1);
    await client.close();
  });

  it("fails for what the server of the next connection lacks, without being sent", async () => {
    const endpoint = scriptedEndpoint(
      (message, to) => {
        const losing: Script = ({ id }) => {
          if (id !== undefined) to.lose("gone");
        };
        legacy(losing, to.index === 0 ? { tools: {} } : {})(message, to);
      },
      { reconnect: REPEATING },
    );
    const client = await McpClient.connect(endpoint.transport, { clock: new ManualClock() });
    await expect(client.listTools()).rejects.toMatchObject({ name: "MissingServerCapabilityError" });
    expect(endpoint.methods()).toEqual([[...GREETING, "tools/list"], GREETING.slice(1)]);
    await client.close();
  });
});

describe("a call while there is no connection", () => {
  it("is given up at once, although the connection is still made", async () => {
    const a = await reconnecting();
    a.endpoint.connections[0]?.lose("gone");
    await settled();
    const controller = new AbortController();
    const { call } = await beginning(a, { signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
    await a.go();
    expect(a.endpoint.methods()[1]).toEqual(GREETING.slice(1));
    expect(a.calls()).toBe(0);
    await a.client.close();
  });
});
