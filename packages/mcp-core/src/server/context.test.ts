import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import {
  handshaken,
  headers,
  openLink,
  settled,
  VERSION,
  type TestLink,
  type Wire,
} from "../../test/support/link.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import { HANDSHAKE_REVISIONS } from "../protocol/revisions.js";
import { LOG_LEVELS } from "../protocol/types.js";
import { ManualClock } from "../testing/manual-clock.js";
import type { Context } from "./context.js";
import { ServerCore } from "./core.js";
import { ServerLink } from "./link.js";
import type { McpServerOptions } from "./options.js";
import { McpServer } from "./server.js";

type Handler = (ctx: Context) => unknown;

function running(handler: Handler, options: McpServerOptions = {}): McpServer {
  const server = new McpServer("s", { onError: () => undefined, ...options });
  server.tool("run", {}, (_args, ctx) => handler(ctx) as object);
  return server;
}

interface Outcome {
  readonly sent: Wire[];
  readonly reply: Wire | undefined;
}

/** Runs a handler in the stateless era; gives back what went out before its response. */
async function run(
  handler: Handler,
  meta: JsonObject = {},
  options: McpServerOptions = {},
): Promise<Outcome> {
  const sent: Wire[] = [];
  const reply = await openLink(running(handler, options)).stateless(
    "tools/call",
    { name: "run" },
    { meta, sent },
  );
  return { sent, reply };
}

const progresses = (sent: readonly Wire[]): unknown[] =>
  sent.filter(({ method }) => method === "notifications/progress").map(({ params }) => params);
const logs = (sent: readonly Wire[]): unknown[] =>
  sent.filter(({ method }) => method === "notifications/message").map(({ params }) => params?.["data"]);

describe("ctx.progress", () => {
  it.each<RequestId>(["token", "", 0, 7])(
    "goes to whoever asked for it, by the token %j",
    async (progressToken) => {
      const { sent } = await run(
        async (ctx) => {
          await ctx.progress(1, 3, "one");
          await ctx.progress(2.5);
        },
        { progressToken },
      );
      expect(progresses(sent)).toEqual([
        { progressToken, progress: 1, total: 3, message: "one" },
        { progressToken, progress: 2.5 },
      ]);
    },
  );

  it("does nothing when nobody asked", async () => {
    const { sent, reply } = await run(async (ctx) => {
      await ctx.progress(1);
      return "done";
    });
    expect([sent, reply?.result?.["content"]]).toEqual([[], [{ type: "text", text: "done" }]]);
  });

  it("leaves out what does not increase", async () => {
    const { sent } = await run(
      async (ctx) => {
        for (const value of [-5, -5, 0, 3, 2, 3, 3.1]) await ctx.progress(value);
      },
      { progressToken: 1 },
    );
    expect(progresses(sent).map((params) => (params as JsonObject)["progress"])).toEqual([-5, 0, 3, 3.1]);
  });

  it.each([
    [NaN, 1],
    [Infinity, 1],
    [1, NaN],
    [1, Infinity],
  ])("refuses %d of %d, also when nobody asked", async (progress, total) => {
    for (const meta of [{}, { progressToken: 1 }]) {
      const { sent, reply } = await run((ctx) => ctx.progress(progress, total), meta);
      expect(sent).toEqual([]);
      expect(reply?.result).toMatchObject({
        isError: true,
        content: [{ text: `Progress must be finite numbers, not ${String(progress)} of ${String(total)}` }],
      });
    }
  });

  it("has a message from 2025-03-26 on", async () => {
    const told = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const sent: Wire[] = [];
        const { request } = await handshaken(
          running((ctx) => ctx.progress(1, 2, "half")),
          revision,
        );
        await request("tools/call", { name: "run", _meta: { progressToken: "t" } }, { sent });
        return (progresses(sent)[0] as JsonObject)["message"];
      }),
    );
    expect(told).toEqual([undefined, "half", "half", "half"]);
  });

  it("is silent after the end, however the request ended", async () => {
    const contexts: Context[] = [];
    const endings: Handler[] = [
      () => "now",
      () => Promise.resolve("later"),
      () => {
        throw new ProtocolError(1, "now");
      },
      () => Promise.reject(new Error("later")),
    ];
    for (const ending of endings) {
      const { sent } = await run(
        (ctx) => {
          contexts.push(ctx);
          return ending(ctx);
        },
        { progressToken: 1, [Meta.logLevel]: "debug" },
      );
      await contexts.at(-1)?.progress(5);
      contexts.at(-1)?.log.error("too late");
      await settled();
      expect(sent).toEqual([]);
    }
  });
});

describe("ctx.log", () => {
  const all: Handler = (ctx) => {
    for (const level of LOG_LEVELS) ctx.log[level](level);
  };

  it.each(LOG_LEVELS.map((level, from) => [level, from] as const))(
    "sends %s and above to a request that asks for it",
    async (level, from) => {
      const { sent } = await run(all, { [Meta.logLevel]: level });
      expect(logs(sent)).toEqual(LOG_LEVELS.slice(from));
      expect(sent.map(({ params }) => params?.["level"])).toEqual(LOG_LEVELS.slice(from));
    },
  );

  it("sends nothing to a request that does not ask, whatever another on the link asked", async () => {
    const opened = await handshaken(running(all));
    await opened.request("logging/setLevel", { level: "debug" });
    const sent: Wire[] = [];
    await opened.stateless("tools/call", { name: "run" }, { sent });
    expect([sent, (await run(all)).sent]).toEqual([[], []]);
  });

  it.each(HANDSHAKE_REVISIONS)(
    "sends nothing in %s before a level was set, and what was asked for after",
    async (revision) => {
      const { request } = await handshaken(running(all), revision);
      const told = async (): Promise<unknown[]> => {
        const sent: Wire[] = [];
        await request("tools/call", { name: "run" }, { sent });
        return logs(sent);
      };
      expect(await told()).toEqual([]);
      expect((await request("logging/setLevel", { level: "alert" }))?.result).toEqual({});
      expect(await told()).toEqual(["alert", "emergency"]);
      await request("logging/setLevel", { level: "emergency" });
      expect(await told()).toEqual(["emergency"]);
    },
  );

  it("refuses a level there is not", async () => {
    const { request } = await handshaken(running(all));
    expect((await request("logging/setLevel", { level: "loud" }))?.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("params.level must be one of debug") as string,
    });
  });

  it("needs a session to keep a level in", async () => {
    const { request } = openLink(running(all), { mirrored: headers({}) });
    expect((await request("logging/setLevel", { level: "info" }))?.error).toMatchObject({ code: -32600 });
  });

  it("sends nothing, and takes no level, on a server that does not log", async () => {
    expect((await run(all, { [Meta.logLevel]: "debug" }, { logging: false })).sent).toEqual([]);
    const { request } = await handshaken(running(all, { logging: false }));
    expect((await request("logging/setLevel", { level: "debug" }))?.error?.code).toBe(-32601);
  });

  it("carries fields beside the message", async () => {
    const { sent } = await run((ctx) => ctx.log.info("reserved", { id: 5 }), { [Meta.logLevel]: "info" });
    expect(logs(sent)).toEqual([{ message: "reserved", id: 5 }]);
  });
});

describe("a client that does not read", () => {
  /** Runs a handler whose messages are accepted one by one, when the test says so. */
  async function blocked(handler: Handler): Promise<{
    sent: Wire[];
    accept: () => Promise<void>;
    reply: Promise<Wire | undefined>;
    opened: TestLink;
  }> {
    const [sent, waiting]: [Wire[], (() => void)[]] = [[], []];
    const send = (message: unknown): Promise<void> => {
      sent.push(message as Wire); // notifications of a request go out as objects
      return new Promise((resolve) => waiting.push(resolve));
    };
    const opened = openLink(running(handler));
    const meta = { progressToken: 1, [Meta.logLevel]: "debug" };
    const reply = opened.stateless("tools/call", { name: "run" }, { id: 1, meta, send });
    await settled();
    return {
      sent,
      opened,
      reply,
      accept: async () => {
        waiting.shift()?.();
        await settled();
      },
    };
  }

  it("gets the latest progress, not all of it, and the handler is told when it was accepted", async () => {
    const end = gate();
    const accepted: number[] = [];
    const { sent, accept, reply } = await blocked(async (ctx) => {
      for (let value = 1; value <= 10_000; value += 1) {
        void ctx.progress(value).then(() => accepted.push(value));
      }
      await end.promise;
    });
    expect(progresses(sent)).toEqual([{ progressToken: 1, progress: 1 }]);
    expect(accepted).toEqual([]);
    await accept();
    expect(progresses(sent)).toMatchObject([{ progress: 1 }, { progress: 10_000 }]);
    await accept();
    expect(accepted).toHaveLength(10_000);
    end.open();
    await reply;
    expect(progresses(sent)).toHaveLength(2);
  });

  it("slows down a handler that waits for its progress to be accepted", async () => {
    let done = 0;
    const { sent, accept } = await blocked(async (ctx) => {
      for (let value = 1; value <= 3; value += 1) {
        await ctx.progress(value);
        done = value;
      }
    });
    for (const expected of [0, 1, 2]) {
      expect([done, sent.length]).toEqual([expected, expected + 1]);
      await accept();
    }
    expect(done).toBe(3);
  });

  it("gets log messages up to a bound, and is told how many were dropped", async () => {
    const end = gate();
    const { sent, accept, reply } = await blocked(async (ctx) => {
      for (let line = 0; line < 1000; line += 1) ctx.log.info(`line ${String(line)}`);
      await end.promise;
      ctx.log.info("later");
    });
    for (let turns = 0; turns < 100; turns += 1) await accept();
    const told = logs(sent);
    expect(told.slice(0, 65)).toEqual(Array.from({ length: 65 }, (_, line) => `line ${String(line)}`));
    expect(told.slice(65)).toEqual(["935 log messages were dropped, because they were not read"]);
    end.open();
    await reply;
    expect(logs(sent).at(-1)).toBe("later");
  });

  it("gets what still waits at the end ahead of the response, in order", async () => {
    const { sent, reply } = await blocked((ctx) => {
      ctx.log.info("first");
      ctx.log.info("second");
      void ctx.progress(1);
      void ctx.progress(2);
      return "done";
    });
    expect((await reply)?.result).toBeDefined();
    expect(logs(sent)).toEqual(["first", "second"]);
    expect(progresses(sent)).toMatchObject([{ progress: 2 }]);
  });

  it("gets nothing more once it cancelled", async () => {
    const { sent, accept, opened, reply } = await blocked(async (ctx) => {
      ctx.log.info("first");
      ctx.log.info("second");
      void ctx.progress(1);
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      ctx.log.info("third");
      await ctx.progress(2);
    });
    opened.notify("notifications/cancelled", { requestId: 1 });
    expect(await reply).toBeUndefined();
    await accept();
    expect(logs(sent)).toEqual(["first"]);
    expect(progresses(sent)).toEqual([]);
  });

  it("misses nothing that came just as the last message was accepted", async () => {
    const lines = gate();
    const { sent, accept } = await blocked(async (ctx) => {
      void ctx.progress(1).then(() => ctx.log.info("right after"));
      ctx.log.info("meanwhile");
      void Promise.resolve().then(() => ctx.log.info("a little later"));
      await lines.promise;
    });
    for (let turns = 0; turns < 4; turns += 1) await accept();
    expect(logs(sent)).toEqual(["meanwhile", "a little later", "right after"]);
  });

  it("that is gone fails neither progress nor logs", async () => {
    const refusals = [
      () => Promise.reject(new Error("pipe broke")),
      () => {
        throw new Error("pipe broke");
      },
    ];
    for (const send of refusals) {
      const opened = openLink(
        running(async (ctx) => {
          ctx.log.error("a");
          await ctx.progress(1);
          ctx.log.error("b");
          await ctx.progress(2);
          return "done";
        }),
      );
      const meta = { progressToken: 1, [Meta.logLevel]: "debug" };
      const reply = await opened.stateless("tools/call", { name: "run" }, { meta, send });
      expect(reply?.result).toMatchObject({ content: [{ text: "done" }] });
    }
  });
});

describe("ctx", () => {
  const seeing = async (
    look: (ctx: Context) => unknown,
    ask: (server: McpServer) => Promise<unknown>,
  ): Promise<unknown> => {
    let seen: unknown;
    await ask(running((ctx) => void (seen = look(ctx))));
    return seen;
  };
  const call = { name: "run" };

  it("knows the request, and who asks", async () => {
    const look = (ctx: Context): unknown => ({ ...ctx.client, id: ctx.requestId, method: ctx.method });
    expect(
      await seeing(look, (server) =>
        openLink(server).stateless("tools/call", call, {
          id: "x",
          capabilities: { roots: {} },
          meta: { [Meta.logLevel]: "info" },
        }),
      ),
    ).toEqual({
      era: "stateless",
      revision: VERSION,
      capabilities: { roots: {} },
      info: { name: "tester", version: "1" },
      logLevel: "info",
      id: "x",
      method: "tools/call",
    });
    expect(
      await seeing(look, async (server) =>
        (await handshaken(server, "2025-06-18", { capabilities: { sampling: {} } })).request(
          "tools/call",
          call,
          { id: 0 },
        ),
      ),
    ).toEqual({
      era: "handshake",
      revision: "2025-06-18",
      capabilities: { sampling: {} },
      info: { name: "tester", version: "1" },
      id: 0,
      method: "tools/call",
    });
  });

  it("knows principal and headers, as far as the transport does", async () => {
    const look = ({ principal, headers: seen }: Context): unknown => [principal, seen?.get("x-request")];
    const principal = { id: "alice", scopes: ["read"] };
    const peer = { principal, headers: headers({ "X-Request": "5", "MCP-Protocol-Version": VERSION }) };
    expect(await seeing(look, (server) => openLink(server, peer).stateless("tools/call", call))).toEqual([
      principal,
      "5",
    ]);
    expect(await seeing(look, (server) => openLink(server).stateless("tools/call", call))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("knows what it came over", async () => {
    const look = ({ transport }: Context): unknown => transport;
    const peer = { transport: "carrier-pigeon" };
    expect(await seeing(look, (server) => openLink(server, peer).stateless("tools/call", call))).toBe(
      "carrier-pigeon",
    );
  });

  it("passes _meta and the trace context on, the latter only as text", async () => {
    const trace = {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
      tracestate: "a=1",
      baggage: "b=2",
    };
    const look = (ctx: Context): unknown => [ctx.trace, ctx.meta["acme/x"]];
    const ask = (meta: JsonObject) => (server: McpServer) =>
      openLink(server).stateless("tools/call", call, { meta });
    expect(await seeing(look, ask({ ...trace, "acme/x": 1 }))).toEqual([trace, 1]);
    expect(await seeing(look, ask({ traceparent: 5, baggage: "b=2" }))).toEqual([
      { baggage: "b=2" },
      undefined,
    ]);
    expect(
      await seeing(look, async (server) =>
        (await handshaken(server)).request("tools/call", { ...call, _meta: trace }),
      ),
    ).toEqual([trace, undefined]);
    expect(
      await seeing(look, async (server) => (await handshaken(server)).request("tools/call", call)),
    ).toEqual([{}, undefined]);
  });

  it("has a signal that is aborted already where the request was", async () => {
    const { reply } = await run(async (ctx) => {
      await settled();
      return String(ctx.signal.aborted);
    });
    expect(reply?.result).toMatchObject({ content: [{ text: "false" }] });
    const look = (ctx: Context): Promise<unknown> =>
      settled().then(() => (ctx.signal.reason as Error).message);
    const seen: unknown[] = [];
    const opened = openLink(running(async (ctx) => void seen.push(await look(ctx))));
    const pending = opened.stateless("tools/call", call, { id: 1 });
    opened.notify("notifications/cancelled", { requestId: 1, reason: "enough" });
    await pending;
    await settled();
    expect(seen).toEqual(["enough"]);
  });
});

describe("ctx.require", () => {
  const needs = (ctx: Context): string => {
    ctx.require({ elicitation: { url: {} }, roots: {} });
    return "has all";
  };

  it("passes where the client declared it", async () => {
    const capabilities = { elicitation: { url: {} }, roots: {} };
    const modern = await openLink(running(needs)).stateless("tools/call", { name: "run" }, { capabilities });
    const { request } = await handshaken(running(needs), "2025-11-25", { capabilities });
    for (const reply of [modern, await request("tools/call", { name: "run" })]) {
      expect(reply?.result).toMatchObject({ content: [{ text: "has all" }] });
    }
  });

  it("is -32021 in the stateless era, with what is missing as data", async () => {
    for (const handler of [needs, (ctx: Context) => Promise.resolve().then(() => needs(ctx))]) {
      const { reply } = await run(handler);
      expect(reply?.error).toMatchObject({
        code: -32021,
        data: { requiredCapabilities: { elicitation: { url: {} }, roots: {} } },
      });
    }
    const capabilities = { elicitation: {}, roots: {} };
    const part = await openLink(running(needs)).stateless("tools/call", { name: "run" }, { capabilities });
    expect(part?.error?.data).toEqual({ requiredCapabilities: { elicitation: { url: {} } } });
  });

  it("is an error that names it in the handshake era, which has no code for it", async () => {
    const { request } = await handshaken(running(needs), "2025-11-25", { capabilities: { roots: {} } });
    expect((await request("tools/call", { name: "run" }))?.error).toMatchObject({
      code: -32600,
      message: expect.stringContaining("elicitation") as string,
    });
  });
});

describe("ctx.ping", () => {
  const pinging: Handler = async (ctx) => {
    await ctx.ping();
    return "alive";
  };

  /** A handshake client, and its ping once it was asked for one. */
  async function pinged(
    handler: Handler = pinging,
  ): Promise<{ opened: TestLink; sent: Wire[]; reply: Promise<Wire | undefined> }> {
    const opened = await handshaken(running(handler));
    const sent: Wire[] = [];
    const reply = opened.request("tools/call", { name: "run" }, { id: 1, sent });
    await settled();
    return { opened, sent, reply };
  }

  it("settles with the client's answer", async () => {
    const { opened, sent, reply } = await pinged();
    expect(sent).toMatchObject([{ jsonrpc: "2.0", method: "ping" }]);
    const id = sent[0]?.id ?? "";
    expect(await opened.link.answer({ jsonrpc: "2.0", id: "other", result: {} })).toBe("unknown");
    expect(await opened.link.answer({ jsonrpc: "2.0", error: { code: 1, message: "no" } })).toBe("unknown");
    expect(await opened.link.answer({ jsonrpc: "2.0", id, result: {} })).toBe("delivered");
    expect(await opened.link.answer({ jsonrpc: "2.0", id, result: {} })).toBe("unknown");
    expect((await reply)?.result).toMatchObject({ content: [{ text: "alive" }] });
  });

  it("rejects with the client's error", async () => {
    const { opened, sent, reply } = await pinged();
    await opened.link.answer({
      jsonrpc: "2.0",
      id: sent[0]?.id ?? "",
      error: { code: 7, message: "asleep" },
    });
    expect((await reply)?.result).toMatchObject({
      isError: true,
      content: [{ text: "ping: the client answered with an error: asleep" }],
    });
  });

  it("rejects when the client is gone, and at once when it was gone before", async () => {
    const caught: unknown[] = [];
    const { opened, reply } = await pinged(async (ctx) => {
      for (let tries = 0; tries < 2; tries += 1)
        await ctx.ping().catch((error: unknown) => caught.push(error));
    });
    void opened.link.close({ kind: "lost", error: new Error("pipe broke") });
    expect(await reply).toBeUndefined();
    await settled();
    expect(caught).toMatchObject([
      { name: "ConnectionLostError", mayHaveBeenDelivered: true },
      { message: "pipe broke" },
    ]);
  });

  it("rejects when the request is cancelled, and a late answer finds nobody", async () => {
    const caught: unknown[] = [];
    const { opened, sent, reply } = await pinged((ctx) =>
      ctx.ping().catch((error: unknown) => void caught.push(error)),
    );
    opened.notify("notifications/cancelled", { requestId: 1, reason: "enough" });
    expect(await reply).toBeUndefined();
    await settled();
    expect(caught).toEqual([expect.objectContaining({ message: "enough" })]);
    expect(await opened.link.answer({ jsonrpc: "2.0", id: sent[0]?.id ?? "", result: {} })).toBe("unknown");
  });

  it("is cancelled on the wire when the request is cancelled, or over without waiting for it", async () => {
    const stopped = await pinged();
    stopped.opened.notify("notifications/cancelled", { requestId: 1, reason: "enough" });
    const id = stopped.sent[0]?.id;
    const cancelled = { method: "notifications/cancelled" };
    expect(stopped.sent[1]).toMatchObject({ ...cancelled, params: { requestId: id, reason: "enough" } });
    const unhandled = await unhandledDuring(async () => {
      const over = await pinged((ctx) => void ctx.ping());
      expect((await over.reply)?.result).toEqual({ content: [] });
      expect(over.sent[1]).toMatchObject({ ...cancelled, params: { requestId: over.sent[0]?.id } });
      await settled();
    });
    expect(unhandled).toEqual([]);
  });

  it("is not cancelled on the wire once it is answered, nor where the client is gone", async () => {
    const answered = await pinged();
    await answered.opened.link.answer({ jsonrpc: "2.0", id: answered.sent[0]?.id ?? "", result: {} });
    await answered.reply;
    const gone = await pinged();
    void gone.opened.link.close({ kind: "closed" });
    await gone.reply;
    await settled();
    expect([answered.sent.length, gone.sent.length]).toEqual([1, 1]);
  });

  it("cannot be sent once the request is over", async () => {
    let kept: Context | undefined;
    const { sent, reply } = await pinged((ctx) => void (kept = ctx));
    await reply;
    await expect(kept?.ping()).rejects.toThrow("ping cannot be sent: tools/call is over");
    expect(sent).toEqual([]);
  });

  it("rejects when the client takes longer than the server's askTimeoutMs, and cancels", async () => {
    const clock = new ManualClock();
    const core = new ServerCore({ name: "s", version: "1" }, { askTimeoutMs: 500 }, clock);
    core.tools.add("run", {}, (_args, ctx) => pinging(ctx));
    const opened = await handshaken({ open: (peer) => new ServerLink(core, peer) });
    const sent: Wire[] = [];
    const reply = opened.request("tools/call", { name: "run" }, { sent });
    await settled();
    clock.advance(499);
    expect(sent).toHaveLength(1);
    clock.advance(1);
    const text = "ping: the client gave no answer within 500 ms";
    expect((await reply)?.result).toMatchObject({ isError: true, content: [{ text }] });
    expect(sent[1]?.params).toEqual({ requestId: sent[0]?.id, reason: text });
    expect([sent.length, clock.pending]).toEqual([2, 0]);
  });

  it.each([0, -1, NaN])("does not take askTimeoutMs %d", (askTimeoutMs) => {
    expect(() => new McpServer("s", { askTimeoutMs })).toThrow(RangeError);
  });

  it("rejects when it cannot be sent", async () => {
    const opened = await handshaken(running(pinging));
    const send = (): Promise<void> => Promise.reject(new Error("pipe broke"));
    const reply = await opened.request("tools/call", { name: "run" }, { send });
    expect(reply?.result).toMatchObject({ isError: true, content: [{ text: "pipe broke" }] });
  });

  it("has ids of its own on each link, so that answers are not taken for another's", async () => {
    const [one, two] = [await pinged(), await pinged()];
    expect(one.sent[0]?.id).not.toBe(two.sent[0]?.id);
    expect(await two.opened.link.answer({ jsonrpc: "2.0", id: one.sent[0]?.id ?? "", result: {} })).toBe(
      "unknown",
    );
  });

  it("waits for no more than 1024 answers at a time", async () => {
    const { sent, reply } = await pinged(async (ctx) => {
      for (let pings = 0; pings < 1024; pings += 1) ctx.ping().catch(() => undefined);
      return ctx.ping();
    });
    expect((await reply)?.error).toMatchObject({
      code: -32600,
      message: expect.stringContaining("1024") as string,
    });
    expect(sent.filter(({ method }) => method === "ping")).toHaveLength(1024);
  });

  it("settles at once in the stateless era, and sends nothing", async () => {
    const { sent, reply } = await run(pinging);
    expect([sent, reply?.result?.["content"]]).toEqual([[], [{ type: "text", text: "alive" }]]);
  });
});

describe("a context", () => {
  it("may be taken apart", async () => {
    const { sent, reply } = await run(
      async ({ progress, require, ping, log, signal }) => {
        await progress(1);
        require({});
        await ping();
        log.info("taken apart");
        signal.throwIfAborted();
        return "done";
      },
      { progressToken: 1, [Meta.logLevel]: "info" },
    );
    expect(reply?.result).toMatchObject({ content: [{ text: "done" }] });
    expect([progresses(sent).length, logs(sent)]).toEqual([1, ["taken apart"]]);
  });

  it("sends no request to a client whose answers cannot come back", async () => {
    const sent: Wire[] = [];
    const { request } = await handshaken(
      running((ctx) => ctx.ping()),
      "2025-11-25",
      { peer: { unanswerable: "nobody listens" } },
    );
    const reply = await request("tools/call", { name: "run" }, { sent });
    expect([sent, reply?.error]).toEqual([
      [],
      { code: -32600, message: expect.stringContaining("ping") as string },
    ]);
  });
});
