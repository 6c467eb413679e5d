import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { settled, type Wire } from "../../test/support/link.js";
import {
  discovered,
  legacy,
  modern,
  scriptedServer,
  type FarEnd,
  type Script,
  type ScriptedServer,
} from "../../test/support/scripted-server.js";
import { textOf } from "../../test/support/text-of.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import type { ReconnectBudget } from "../contract/index.js";
import { jsonSchema } from "../json-schema/index.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { Meta } from "../protocol/meta.js";
import type { Progress } from "../protocol/types.js";
import { McpServer } from "../server/server.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";
import { InvalidResultError } from "../protocol/client-errors.js";
import type { McpClientOptions } from "./options.js";

interface Connected {
  readonly client: McpClient;
  readonly server: ScriptedServer;
  readonly end: FarEnd;
  readonly clock: ManualClock;
  /** Everything since the connection was made. */
  readonly later: () => Wire[];
}

/** A client of a server that is silent but for its script, on a clock that stands still. */
async function connected(
  script: Script = modern(),
  { reconnect, ...options }: McpClientOptions & { readonly reconnect?: ReconnectBudget } = {},
): Promise<Connected> {
  const clock = new ManualClock();
  const server = scriptedServer(script, reconnect === undefined ? {} : { reconnect });
  const client = await McpClient.connect(server.transport, { clock, ...options });
  await settled();
  const [end] = server.connections;
  if (end === undefined) throw new Error("The client did not connect");
  const before = end.received.length;
  return { client, server, end, clock, later: () => end.received.slice(before) };
}

/** Keeps a rejection for later. */
function watched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const done = { content: [{ type: "text", text: "done" }] };
const answering: Script = ({ id }, to) => to.result(id, done);

describe("closing a client", () => {
  it("cancels what is in flight first, and fails it at once", async () => {
    const { client, end } = await connected();
    const call = watched(client.callTool("slow", {}, { timeoutMs: Infinity }));
    await settled();
    const id = end.received.at(-1)?.id;
    await client.close();
    expect(end.received.at(-1)).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: id },
    });
    await expect(call).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
  });
});

describe("requests of the server's before the era is known", () => {
  it("are answered if they are pings, and reported otherwise: it may repeat what it hears", async () => {
    const noise: string[] = [];
    const script: Script = (message, to) => {
      if (message.method !== "server/discover") return;
      to.send({ jsonrpc: "2.0", id: "p", method: "ping" });
      to.send({ jsonrpc: "2.0", id: message.id ?? 0, method: "server/discover" });
      to.result(message.id, discovered());
    };
    const { client, end } = await connected(script, { onNoise: (what) => noise.push(what) });
    expect(end.received.slice(1)).toMatchObject([{ id: "p", result: {} }]);
    expect(noise).toEqual([expect.stringContaining("server/discover")]);
    await client.close();
  });
});

describe.each([
  ["handshake", legacy],
  ["stateless", modern],
] as const)("a client, in the %s era", (era, speaking) => {
  it("sends what was asked, with the metadata of the era", async () => {
    const { client, later } = await connected(speaking(answering), { logLevel: "error" });
    await client.callTool("add", { a: 1 }, { meta: { traceparent: "00-1", [Meta.protocolVersion]: "mine" } });
    const [message] = later();
    expect(message).toMatchObject({
      jsonrpc: "2.0",
      method: "tools/call",
      params: { name: "add", arguments: { a: 1 } },
    });
    expect(message?.params?.["_meta"]).toEqual({
      traceparent: "00-1",
      [Meta.protocolVersion]: "mine",
      ...(era === "stateless" && {
        [Meta.protocolVersion]: "2026-07-28",
        [Meta.clientInfo]: { name: "towpath", version: "0.0.0" },
        [Meta.clientCapabilities]: { extensions: { "io.modelcontextprotocol/tasks": {} } },
        [Meta.logLevel]: "error",
      }),
    });
    await client.close();
  });

  it("takes arguments of an interface's type", async () => {
    interface Sum {
      readonly a: number;
    }
    const sum: Sum = { a: 1 };
    const { client, later } = await connected(speaking(answering));
    await client.callTool("add", sum);
    expect(later()[0]?.params).toMatchObject({ name: "add", arguments: { a: 1 } });
    await client.close();
  });

  it("shows how it is to be called when it is called in another way, and sends nothing", async () => {
    const { client, later } = await connected(speaking(answering, { tools: {}, prompts: {}, resources: {} }));
    const callTool = client.callTool.bind(client) as (...given: unknown[]) => Promise<unknown>; // as in JavaScript
    const getPrompt = client.getPrompt.bind(client) as typeof callTool;
    const readResource = client.readResource.bind(client) as typeof callTool;
    const failing = async (call: Promise<unknown>, message: string): Promise<void> => {
      await expect(call).rejects.toThrow(new TypeError(message));
    };
    const named = { name: "add", arguments: { a: 1 } };
    await failing(callTool(named), "callTool(name, args): name must be a string, not an object");
    for (const [args, what] of [
      [null, "null"],
      [[1], "an array"],
      ["a", '"a"'],
    ])
      await failing(
        callTool("add", args),
        `callTool(name, args): args must be an object, not ${String(what)}`,
      );
    await failing(getPrompt(named), "getPrompt(name, args): name must be a string, not an object");
    await failing(readResource({ uri: "a:b" }), "readResource(uri): uri must be a string, not an object");
    expect(later()).toEqual([]);
    await client.close();
  });

  it("keeps the _meta that stands in the params of a request", async () => {
    const { client, later } = await connected(speaking(answering));
    await client.request("acme/own", { a: 1, _meta: { "acme/x": 1 } }, { meta: { "acme/y": 2 } });
    expect(later()[0]?.params).toMatchObject({ a: 1, _meta: { "acme/x": 1, "acme/y": 2 } });
    await client.close();
  });

  it("gives back the result, or rejects with the server's error", async () => {
    const { client } = await connected(
      speaking(({ id, params }, to) => {
        if (params?.["name"] === "good")
          to.result(id, { ...done, isError: false, structuredContent: { a: 1 } });
        else to.error(id, -32602, { field: "name" });
      }),
    );
    expect(await client.callTool("good")).toEqual({ ...done, isError: false, structuredContent: { a: 1 } });
    await expect(client.callTool("bad")).rejects.toMatchObject({
      name: "ProtocolError",
      code: -32602,
      message: "error -32602",
      data: { field: "name" },
    });
    await client.close();
  });

  it("matches answers to calls by id, in whatever order they come", async () => {
    const { client, end, later } = await connected(speaking());
    const calls = ["a", "b", "c"].map((name) => client.callTool(name));
    await settled();
    for (const { id, params } of later().reverse()) {
      end.result(id, { content: [{ type: "text", text: JSON.stringify(params?.["name"]) }] });
    }
    expect((await Promise.all(calls)).map(textOf)).toEqual(['"a"', '"b"', '"c"']);
    await client.close();
  });

  it("sends nothing a server did not declare, and names what is missing", async () => {
    const { client, later } = await connected(speaking(answering, { prompts: {} }));
    await expect(client.callTool("add")).rejects.toMatchObject({
      name: "MissingServerCapabilityError",
      capability: "tools",
      method: "tools/call",
    });
    await expect(client.request("resources/subscribe", {})).rejects.toMatchObject({
      capability: "resources.subscribe",
    });
    await client.request("prompts/list", {});
    expect(later().map(({ method }) => method)).toEqual(["prompts/list"]);
    await client.close();
  });

  it("pings", async () => {
    const { client, later } = await connected(speaking(({ id }, to) => to.result(id, {})));
    await client.ping();
    expect(later().map(({ method }) => method)).toEqual([era === "handshake" ? "ping" : "server/discover"]);
    await client.close();
  });

  it("fails calls at once when the connection is lost, which may have been delivered", async () => {
    const { client, end } = await connected(speaking());
    const call = watched(client.callTool("add"));
    await settled();
    end.lose("exit code 9");
    await expect(call).rejects.toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
      message: expect.stringContaining("exit code 9") as string,
    });
    await expect(client.callTool("add")).rejects.toMatchObject({ mayHaveBeenDelivered: false });
  });

  it("fails calls in flight when it is closed, and calls after that", async () => {
    const { client, server } = await connected(speaking());
    const call = watched(client.callTool("add"));
    await settled();
    await client.close();
    await expect(call).rejects.toThrow(ConnectionLostError);
    await expect(client.callTool("add")).rejects.toMatchObject({ mayHaveBeenDelivered: false });
    await client.close();
    expect(server.connections).toHaveLength(1);
  });
});

describe("results", () => {
  const resulting = async (result: object, options: McpClientOptions = {}): Promise<unknown> => {
    const { client } = await connected(
      modern(({ id }, to) => to.result(id, result as typeof done)),
      options,
    );
    return client.callTool("a").finally(() => client.close());
  };

  it("without a type are complete", async () => {
    expect(await resulting(done)).toEqual(done);
    expect(await resulting({ ...done, resultType: "complete" })).toMatchObject(done);
  });

  it.each(["task", "", 5, null, "constructor", {}])("of the type %j are invalid", async (resultType) => {
    await expect(resulting({ ...done, resultType })).rejects.toThrow(InvalidResultError);
  });

  it("of a type of an extension are for those who support it", async () => {
    const extensions = [{ id: "io.example/tasks", resultTypes: ["task"] }];
    expect(await resulting({ ...done, resultType: "task" }, { extensions })).toMatchObject({
      resultType: "task",
    });
  });

  it.each([{}, { content: "text" }, { ...done, isError: "yes" }])(
    "of a tool that are %j are invalid",
    async (result) => {
      await expect(resulting(result)).rejects.toThrow(InvalidResultError);
    },
  );
});

describe("extensions of a client", () => {
  it("are declared, and their methods sent only to servers that declared them", async () => {
    const extensions = [{ id: "io.example/tasks", settings: { max: 1 }, methods: ["tasks/get"] }];
    const { client, end } = await connected(modern(answering), { extensions, roots: [] });
    expect(end.received[0]?.params?.["_meta"]).toMatchObject({
      [Meta.clientCapabilities]: { roots: {}, extensions: { "io.example/tasks": { max: 1 } } },
    });
    await expect(client.request("tasks/get", {})).rejects.toMatchObject({
      capability: "extensions.io.example/tasks",
    });
    await client.close();
    const willing = await connected(modern(answering, { extensions: { "io.example/tasks": {} } }), {
      extensions,
    });
    expect(await willing.client.request("tasks/get", {})).toEqual(done);
    await willing.client.close();
  });
});

describe("timeouts", () => {
  const progress = ({ received, send }: FarEnd, value: number): void => {
    const token = received.at(-1)?.params?.["_meta"] as { progressToken?: number } | undefined;
    const params = { progressToken: token?.progressToken, progress: value };
    send({ jsonrpc: "2.0", method: "notifications/progress", params });
  };

  it("give up after 60 s without an answer, tell the server, and ignore a late answer", async () => {
    const { client, end, clock, later } = await connected();
    const call = watched(client.callTool("slow"));
    await settled();
    clock.advance(59_999);
    await settled();
    expect(later()).toHaveLength(1);
    clock.advance(1);
    await expect(call).rejects.toMatchObject({
      name: "RequestTimeoutError",
      timeoutMs: 60_000,
      limit: "idle",
      message: "tools/call: no answer and no progress within 60000 ms",
    });
    await settled();
    const id = later()[0]?.id;
    expect(later()[1]).toMatchObject({ method: "notifications/cancelled", params: { requestId: id } });
    end.result(id, done);
    await settled();
    expect(later()).toHaveLength(2);
    await client.close();
  });

  it("begin anew with each progress, up to a total", async () => {
    const { client, end, clock } = await connected();
    const seen: number[] = [];
    const onProgress = ({ progress: value }: Progress): void => void seen.push(value);
    const call = watched(client.callTool("slow", {}, { timeoutMs: 100, maxTotalTimeoutMs: 250, onProgress }));
    await settled();
    for (const value of [1, 2]) {
      clock.advance(99);
      progress(end, value);
    }
    clock.advance(51);
    expect(seen).toEqual([1, 2]);
    await settled();
    clock.advance(1);
    await expect(call).rejects.toMatchObject({ timeoutMs: 250, limit: "total" });
    await client.close();
  });

  it("are an hour in total unless said otherwise", async () => {
    const { client, end, clock } = await connected();
    const call = watched(client.callTool("slow", {}, { onProgress: () => undefined }));
    await settled();
    for (let minutes = 0; minutes < 119; minutes += 1) {
      clock.advance(30_000);
      progress(end, minutes);
    }
    clock.advance(29_999);
    await settled();
    end.result(end.received.at(-1)?.id, done);
    expect(await call).toEqual(done);
    await client.close();
  });

  it("may be infinite, idle, total or both", async () => {
    const { client, end, clock, later } = await connected(undefined, {
      timeoutMs: Infinity,
      maxTotalTimeoutMs: Infinity,
    });
    const forever = client.callTool("forever");
    const capped = watched(client.callTool("capped", {}, { maxTotalTimeoutMs: 500 }));
    await settled();
    clock.advance(500);
    await expect(capped).rejects.toMatchObject({ limit: "total", timeoutMs: 500 });
    clock.advance(1e12);
    end.result(later()[0]?.id, done);
    expect(await forever).toEqual(done);
    await client.close();
  });

  it("are watched with one timer, which does not outlive the client", async () => {
    const { client, clock, later, end } = await connected();
    const calls = [30, 10, 20].map((timeoutMs) => watched(client.callTool("a", {}, { timeoutMs })));
    await settled();
    expect(clock.pending).toBe(1);
    clock.advance(10);
    await expect(calls[1]).rejects.toMatchObject({ timeoutMs: 10 });
    clock.advance(10);
    await expect(calls[2]).rejects.toMatchObject({ timeoutMs: 20 });
    end.result(later()[0]?.id, done);
    expect(await calls[0]).toEqual(done);
    await client.close();
    expect(clock.pending).toBe(0);
  });

  it.each([0, -1, NaN, "5" as unknown as number])(
    "of %j are refused, and nothing is sent",
    async (timeoutMs) => {
      const { client, later } = await connected();
      await expect(client.callTool("a", {}, { timeoutMs })).rejects.toThrow(
        /timeoutMs must be a number of milliseconds/,
      );
      await expect(client.callTool("a", {}, { maxTotalTimeoutMs: timeoutMs })).rejects.toThrow(RangeError);
      await settled();
      expect(later()).toEqual([]);
      await client.close();
    },
  );
});

describe("an AbortSignal", () => {
  it("that was aborted before lets nothing out", async () => {
    const { client, later } = await connected();
    const reason = new Error("never mind");
    await expect(client.callTool("a", {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settled();
    expect(later()).toEqual([]);
    await client.close();
  });

  it("ends a call with its reason, tells the server, and a late answer is ignored", async () => {
    const { client, end, later } = await connected();
    const controller = new AbortController();
    const call = watched(client.callTool("a", {}, { signal: controller.signal }));
    await settled();
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await settled();
    const id = later()[0]?.id;
    expect(later().slice(1)).toEqual([
      {
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id, reason: "changed my mind" },
      },
    ]);
    end.result(id, done);
    await client.close();
  });

  it("ends a call with an AbortError where it has none, or a reason that is no error", async () => {
    const { client } = await connected();
    for (const [reason, message] of [
      [undefined, /aborted/],
      ["enough", /^enough$/],
    ] as const) {
      const controller = new AbortController();
      const call = watched(client.callTool("a", {}, { signal: controller.signal }));
      await settled();
      controller.abort(reason);
      await expect(call).rejects.toMatchObject({
        name: "AbortError",
        message: expect.stringMatching(message) as string,
      });
    }
    await client.close();
  });

  it("that lives long keeps no listener of calls that ended, however they ended", async () => {
    const { client, clock, end } = await connected(
      modern(({ id, params }, to) => {
        if (params?.["name"] === "good") to.result(id, done);
        if (params?.["name"] === "bad") to.error(id, 5);
      }),
    );
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners.add(args[1]);
      add.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners.delete(args[1]);
      remove.apply(signal, args);
    };
    await client.callTool("good", {}, { signal });
    await client.callTool("bad", {}, { signal }).catch(() => undefined);
    const slow = watched(client.callTool("slow", {}, { signal, timeoutMs: 5 }));
    await settled();
    expect(listeners.size).toBe(1);
    clock.advance(5);
    await slow.catch(() => undefined);
    const lost = watched(client.callTool("slow", {}, { signal }));
    await settled();
    end.lose("gone");
    await lost.catch(() => undefined);
    expect(listeners.size).toBe(0);
  });
});

describe("progress", () => {
  it("goes to the call it is about, and to no other", async () => {
    const { client, end, later } = await connected();
    const seen: [string, Progress][] = [];
    const calls = ["a", "b"].map((name) =>
      client.callTool(name, {}, { onProgress: (progress) => void seen.push([name, progress]) }),
    );
    const deaf = client.callTool("deaf");
    await settled();
    const tokens = later().map(
      ({ params }) => (params?.["_meta"] as { progressToken?: number }).progressToken,
    );
    expect(tokens[2]).toBeUndefined();
    expect(new Set(tokens).size).toBe(3);
    const progress = (params: object): void => {
      end.send({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: params as Record<string, string>,
      });
    };
    progress({ progressToken: tokens[1], progress: 1, total: 2, message: "half" });
    progress({ progressToken: tokens[0], progress: 1, total: "many", message: 5 });
    for (const odd of [String(tokens[0]), 9999, null, undefined])
      progress({ progressToken: odd, progress: 2 });
    progress({ progressToken: tokens[0], progress: "2" });
    end.send({ jsonrpc: "2.0", method: "notifications/progress" });
    expect(seen).toEqual([
      ["b", { progress: 1, total: 2, message: "half" }],
      ["a", { progress: 1 }],
    ]);
    for (const { id } of later()) end.result(id, done);
    await Promise.all([...calls, deaf]);
    progress({ progressToken: tokens[0], progress: 3 });
    expect(seen).toHaveLength(2);
    await client.close();
  });

  it("whose callback throws fails its own call, and the server is told", async () => {
    const { client, end, later } = await connected();
    const failure = new Error("cannot show it");
    const call = watched(
      client.callTool(
        "a",
        {},
        {
          onProgress: () => {
            throw failure;
          },
        },
      ),
    );
    const other = client.callTool("b");
    await settled();
    const [{ id } = {}, { id: otherId } = {}] = later();
    end.send({
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: id, progress: 1 },
    });
    await expect(call).rejects.toBe(failure);
    end.result(otherId, done);
    expect(await other).toEqual(done);
    await settled();
    expect(later().at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: id } });
    await client.close();
  });
});

describe("what a server sends by itself", () => {
  it("is answered when it is a ping, or a request nobody knows, of the handshake era", async () => {
    const { client, end, later } = await connected(legacy());
    end.send({ jsonrpc: "2.0", id: "p", method: "ping" });
    end.send({ jsonrpc: "2.0", id: 0, method: "acme/ask" });
    await settled();
    expect(later()).toEqual([
      { jsonrpc: "2.0", id: "p", result: {} },
      { jsonrpc: "2.0", id: 0, error: { code: -32601, message: "Method not found: acme/ask" } },
    ]);
    await client.close();
  });

  it("is reported and not answered when it is a request in the stateless era, which has none", async () => {
    const noise: string[] = [];
    const { client, end, later } = await connected(modern(), {
      onNoise: (description) => void noise.push(description),
    });
    end.send({ jsonrpc: "2.0", id: "p", method: "ping" });
    await settled();
    expect([later(), noise]).toEqual([[], [expect.stringContaining("ping")]]);
    await client.close();
  });

  it("reaches whoever wants log messages and notifications, unless malformed", async () => {
    const [logs, notifications]: unknown[][] = [[], []];
    const { client, end } = await connected(modern(), {
      onLog: (message) => void logs?.push(message),
      onNotification: ({ method }) => void notifications?.push(method),
    });
    const log = (params?: object): void => {
      end.send({
        jsonrpc: "2.0",
        method: "notifications/message",
        ...(params && { params: params as Record<string, string> }),
      });
    };
    log({ level: "info", data: { a: 1 }, logger: "db" });
    log({ level: "error", data: null });
    for (const malformed of [{ level: "loud", data: 1 }, { level: "info" }, {}, undefined]) log(malformed);
    end.send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    end.send({ jsonrpc: "2.0", id: 999, result: {} });
    expect(logs).toEqual([
      { level: "info", data: { a: 1 }, logger: "db" },
      { level: "error", data: null },
    ]);
    expect(notifications).toEqual(["notifications/tools/list_changed"]);
    await client.close();
  });

  it("goes on arriving when a callback throws, which shows as uncaught", async () => {
    const failing = (): never => {
      throw new Error("callback");
    };
    const uncaught: unknown[] = [];
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => void uncaught.push(error));
    try {
      const { client, end } = await connected(modern(answering), {
        onLog: failing,
        onNotification: failing,
        onNoise: failing,
      });
      end.send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: 1 } });
      end.send({ jsonrpc: "2.0", method: "notifications/other" });
      end.send({ jsonrpc: "2.0", id: 1, method: "ping" });
      expect(await client.callTool("a")).toEqual(done);
      await settled();
      await client.close();
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of others) process.on("uncaughtException", listener);
    }
    expect(uncaught).toHaveLength(3);
  });
});

describe("listing tools", () => {
  const tool = (name: string): { name: string; inputSchema: { type: string } } => ({
    name,
    inputSchema: { type: "object" },
  });
  const paging = (pages: Readonly<Record<string, object>>): Script =>
    modern(({ id, params }, to) => {
      to.result(id, (pages[(params?.["cursor"] as string | undefined) ?? "first"] ?? {}) as { tools: [] });
    });

  it("reads every page, and takes an empty cursor for a cursor", async () => {
    const { client, later } = await connected(
      paging({
        first: { tools: [tool("a")], nextCursor: "" },
        "": { tools: [], nextCursor: "x" },
        x: { tools: [tool("b"), tool("c")] },
      }),
    );
    expect((await client.listTools()).map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(later()).toHaveLength(3);
    await client.close();
  });

  it.each([
    [
      "a page that names itself",
      { first: { tools: [], nextCursor: "x" }, x: { tools: [], nextCursor: "x" } },
    ],
    [
      "a circle",
      {
        first: { tools: [], nextCursor: "x" },
        x: { tools: [], nextCursor: "y" },
        y: { tools: [], nextCursor: "x" },
      },
    ],
  ])("is stopped by %s", async (_, pages) => {
    const { client, later } = await connected(paging(pages));
    await expect(client.listTools()).rejects.toThrow(/does not end/);
    expect(later().length).toBeLessThan(5);
    await client.close();
  });

  it("is stopped by a list without end", async () => {
    let page = 0;
    const { client } = await connected(
      modern(({ id }, to) => to.result(id, { tools: [], nextCursor: String(page++) })),
    );
    await expect(client.listTools()).rejects.toThrow(/does not end/);
    expect(page).toBe(10_000);
    await client.close();
  });

  it("takes a page of any length", async () => {
    const tools = Array.from({ length: 200_000 }, (_, index) => tool(String(index)));
    const { client } = await connected(paging({ first: { tools } }));
    expect(await client.listTools()).toHaveLength(200_000);
    await client.close();
  });

  it.each([
    {},
    { tools: "none" },
    { tools: [5] },
    { tools: [{ name: "a" }] },
    { tools: [{ inputSchema: {} }] },
  ])("refuses %j as a list of tools", async (result) => {
    const { client } = await connected(paging({ first: result }));
    await expect(client.listTools()).rejects.toThrow(InvalidResultError);
    await client.close();
  });
});

describe("connecting again", () => {
  const reconnect = { attempts: 2, windowMs: 1000 };

  it("happens at the next call, within the budget, in the era that was found out before", async () => {
    const script: Script = legacy(({ id, params }, to) => {
      if (params?.["name"] === "crash") to.lose("crashed");
      else to.result(id, done);
    });
    const { client, server, clock } = await connected(script, { reconnect });
    const crash = (): Promise<unknown> => client.callTool("crash").catch((error: unknown) => error);
    for (let crashes = 0; crashes < 2; crashes += 1) {
      expect(await crash()).toMatchObject({ mayHaveBeenDelivered: true });
      expect(await client.callTool("fine")).toEqual(done);
    }
    expect(server.methods().map((methods) => methods[0])).toEqual([
      "server/discover",
      "initialize",
      "initialize",
    ]);
    await crash();
    await expect(client.callTool("fine")).rejects.toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: false,
      message: expect.stringContaining("crashed") as string,
    });
    expect(server.connections).toHaveLength(3);
    clock.advance(1000);
    expect(await client.callTool("fine")).toEqual(done);
    expect(server.connections).toHaveLength(4);
    await client.close();
  });

  it("finds the era out anew when the one it knew fails", async () => {
    let upgraded = false;
    const script: Script = (message, to) => {
      if (!upgraded) legacy(answering)(message, to);
      else if (message.method === "initialize") to.error(message.id, -32601);
      else modern(answering)(message, to);
    };
    const { client, server, end } = await connected(script, { reconnect });
    upgraded = true;
    end.lose("restarted");
    await settled();
    await expect(client.callTool("a")).rejects.toMatchObject({ code: -32601 });
    expect(await client.callTool("a")).toEqual(done);
    expect(client.era).toBe("stateless");
    expect(server.methods().slice(1)).toEqual([["initialize"], ["server/discover", "tools/call"]]);
    await client.close();
  });

  it("does not happen where the transport has no budget for it", async () => {
    const { client, server, end } = await connected(modern(answering));
    end.lose("crashed");
    await settled();
    await expect(client.callTool("fine")).rejects.toThrow(/crashed/);
    expect(server.connections).toHaveLength(1);
  });

  it("is shared by calls made at the same time", async () => {
    const { client, server, end } = await connected(modern(answering), { reconnect });
    end.lose("crashed");
    await settled();
    expect(await Promise.all([client.callTool("a"), client.callTool("b")])).toEqual([done, done]);
    expect(server.connections).toHaveLength(2);
    await client.close();
  });

  it("is given up when the client is closed meanwhile, and leaves no connection behind", async () => {
    const { client, server, end } = await connected(modern(answering), { reconnect });
    end.lose("crashed");
    await settled();
    const call = watched(client.callTool("a"));
    await client.close();
    await expect(call).rejects.toThrow(ConnectionLostError);
    await settled();
    expect(server.connections.map(({ index }) => index).slice(1)).toEqual(
      server.closed.filter((index) => index > 0),
    );
  });

  it("is given up when the client is closed during the handshake", async () => {
    let answers = true;
    const script: Script = (message, to) => {
      if (message.method === "server/discover" && answers) to.result(message.id, discovered());
    };
    const { client, server, end } = await connected(script, { reconnect });
    answers = false;
    end.lose("crashed");
    await settled();
    const call = watched(client.callTool("a"));
    await settled();
    await client.close();
    await expect(call).rejects.toThrow(ConnectionLostError);
    expect(server.closed).toContain(1);
  });
});

describe("a client of a server in the same process", () => {
  const calculator = (): McpServer => {
    const server = new McpServer({ name: "calculator", version: "1" }, { instructions: "Add." });
    const numbers = jsonSchema({
      type: "object",
      properties: { a: { type: "number" }, b: { type: "number" } },
      required: ["a", "b"],
    } as const);
    server.tool("add", { input: numbers }, ({ a, b }) => a + b);
    return server;
  };

  it.each(["stateless", "handshake"] as const)("connects, lists and calls, in the %s era", async (era) => {
    const client = await McpClient.connect(calculator(), { era });
    expect([client.era, client.server, client.instructions]).toEqual([
      era,
      { name: "calculator", version: "1" },
      "Add.",
    ]);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(["add"]);
    expect(textOf(await client.callTool("add", { a: 1, b: 2 }))).toBe("3");
    await expect(client.callTool("subtract")).rejects.toThrow("Unknown tool: subtract");
    await client.ping();
    await client.close();
  });

  it("shares nothing with the server but messages", async () => {
    const server = new McpServer("s");
    const kept = { list: [1] };
    server.tool("get", {}, () => kept);
    const client = await McpClient.connect(server);
    const { structuredContent } = await client.callTool("get");
    expect(structuredContent).toEqual(kept);
    (structuredContent as { list: number[] }).list.push(2);
    expect(kept).toEqual({ list: [1] });
    await client.close();
  });

  it.each(["stateless", "handshake"] as const)(
    "tells of progress, logs and cancellation, in the %s era",
    async (era) => {
      const server = new McpServer("s");
      const aborted = gate<unknown>();
      server.tool("work", {}, async (_args, ctx) => {
        await ctx.progress(1, 2, "half");
        ctx.log.warning("watch out");
        ctx.signal.addEventListener("abort", () => aborted.open(ctx.signal.reason));
        await aborted.promise;
      });
      const seen: unknown[] = [];
      const client = await McpClient.connect(server, {
        era,
        logLevel: "info",
        onLog: ({ data }) => void seen.push(data),
      });
      const controller = new AbortController();
      const call = watched(
        client.callTool(
          "work",
          {},
          { signal: controller.signal, onProgress: (progress) => void seen.push(progress) },
        ),
      );
      await settled();
      expect(seen).toEqual([{ progress: 1, total: 2, message: "half" }, "watch out"]);
      controller.abort(new Error("enough"));
      await expect(call).rejects.toThrow("enough");
      expect(await aborted.promise).toMatchObject({ message: "enough" });
      await client.close();
    },
  );

  it("aborts what its server works on when it is closed, and leaves nobody waiting", async () => {
    const unhandled = await unhandledDuring(async () => {
      const server = new McpServer("s");
      const aborted = gate();
      server.tool(
        "work",
        {},
        (_args, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              aborted.open();
              reject(new Error("aborted"));
            });
          }),
      );
      const client = await McpClient.connect(server);
      const call = watched(client.callTool("work"));
      await settled();
      await client.close();
      await aborted.promise;
      await expect(call).rejects.toThrow(ConnectionLostError);
    });
    expect(unhandled).toEqual([]);
  });
});
