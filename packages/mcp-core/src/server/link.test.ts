import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { handshaken, openLink, settled, type TestLink, type Wire } from "../../test/support/link.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import type { JsonValue } from "../jsonrpc/messages.js";
import type { Context } from "./context.js";
import type { McpServerOptions } from "./options.js";
import { McpServer } from "./server.js";

/** A server with a tool that waits, and the contexts of its calls. */
function waiting(options: McpServerOptions = {}): {
  server: McpServer;
  contexts: Context[];
  release: (text: string) => void;
} {
  const server = new McpServer("waiting", options);
  const contexts: Context[] = [];
  const open = gate<string>();
  server.tool("wait", {}, async (_args, ctx) => {
    contexts.push(ctx);
    return open.promise;
  });
  server.tool("quick", {}, () => "quick");
  return { server, contexts, release: open.open };
}

const wait = { name: "wait" };
const textOf = (reply: Wire | undefined): unknown =>
  (reply?.result?.["content"] as [{ text: string }])[0].text;

/** Handlers of the stateless era's, and of the handshake era's. */
const eras = ["handshake", "stateless"] as const;
const open = async (server: McpServer, era: (typeof eras)[number]): Promise<TestLink> => {
  const opened = await handshaken(server);
  return era === "handshake" ? opened : { ...opened, request: opened.stateless };
};

describe.each(eras)("a link, in the %s era", (era) => {
  it("serves two requests in flight with the same id, each to its own caller", async () => {
    const server = new McpServer("echo");
    const gates = { first: gate(), second: gate() };
    let calls = 0;
    server.tool("echo", {}, async () => {
      const mine = ++calls === 1 ? "first" : "second";
      await gates[mine].promise;
      return mine;
    });
    const { request } = await open(server, era);
    const first = request("tools/call", { name: "echo" }, { id: 7 });
    const second = request("tools/call", { name: "echo" }, { id: 7 });
    gates.second.open();
    expect([(await second)?.id, textOf(await second)]).toEqual([7, "second"]);
    gates.first.open();
    expect([(await first)?.id, textOf(await first)]).toEqual([7, "first"]);
  });

  it("keeps ids that look alike apart", async () => {
    const { server, contexts, release } = waiting();
    const { request, notify } = await open(server, era);
    const number = request("tools/call", wait, { id: 1 });
    const text = request("tools/call", wait, { id: "1" });
    notify("notifications/cancelled", { requestId: "1" });
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    release("done");
    expect(textOf(await number)).toBe("done");
    expect(await text).toBeUndefined();
  });

  it("aborts a cancelled request with the client's reason, and does not answer it", async () => {
    const { server, contexts, release } = waiting();
    const { request, notify } = await open(server, era);
    const reply = request("tools/call", wait, { id: "a" });
    const reasons: unknown[] = [];
    contexts[0]?.signal.addEventListener("abort", () => reasons.push(contexts[0]?.signal.reason));
    notify("notifications/cancelled", { requestId: "a", reason: "changed my mind" });
    notify("notifications/cancelled", { requestId: "a", reason: "again" });
    expect(reasons).toEqual([expect.objectContaining({ name: "AbortError", message: "changed my mind" })]);
    release("too late");
    expect(await reply).toBeUndefined();
  });

  it("is done with a cancelled request at once, though its handler never settles", async () => {
    const server = new McpServer("s", { onError: () => expect.unreachable() });
    server.tool("stuck", {}, () => new Promise(() => undefined));
    const { request, notify } = await open(server, era);
    const reply = request("tools/call", { name: "stuck" }, { id: "a" });
    notify("notifications/cancelled", { requestId: "a" });
    expect(await reply).toBeUndefined();
    const signal = AbortSignal.abort();
    expect(await request("tools/call", { name: "stuck" }, { signal })).toBeUndefined();
  });

  it("begins nothing more while too many handlers of cancelled requests have not ended", async () => {
    const { server, release } = waiting();
    const { request } = await open(server, era);
    const signal = AbortSignal.abort();
    for (let calls = 0; calls < 1024; calls += 1) await request("tools/call", wait, { signal });
    expect((await request("tools/call", { name: "quick" }))?.error?.message).toContain("1024 handlers");
    release("at last");
    await settled();
    expect(textOf(await request("tools/call", { name: "quick" }))).toBe("quick");
  });

  it("answers nothing more once it is closed, and tells when its handlers have cleaned up", async () => {
    const done = gate();
    const cleaned: unknown[] = [];
    const server = new McpServer("s", { onError: () => expect.unreachable() });
    server.tool("work", {}, async (_args, { signal }) => {
      await done.promise;
      cleaned.push(signal.aborted);
    });
    const { request, link } = await open(server, era);
    const reply = request("tools/call", { name: "work" });
    const closed = link.close({ kind: "closed" });
    expect(await reply).toBeUndefined();
    expect(cleaned).toEqual([]);
    done.open();
    await closed;
    expect(cleaned).toEqual([true]);
  });

  it("lets nothing come of what a cancelled request fails with later", async () => {
    const unhandled = await unhandledDuring(async () => {
      const late = gate();
      const server = new McpServer("s", { onError: () => expect.unreachable() });
      server.use(async (_request, _ctx, next) => {
        await late.promise;
        return next();
      });
      const opened = openLink(server);
      const reply =
        era === "handshake"
          ? opened.request("ping", {}, { id: "a" })
          : opened.stateless("server/discover", {}, { id: "a" });
      opened.notify("notifications/cancelled", { requestId: "a" });
      expect(await reply).toBeUndefined();
      late.fail(new Error("too late"));
      await settled();
    });
    expect(unhandled).toEqual([]);
  });

  it("does not answer a cancelled request that then fails", async () => {
    const server = new McpServer("s", { onError: () => expect.unreachable() });
    server.tool(
      "wait",
      {},
      (_args, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    );
    const { request, notify } = await open(server, era);
    const reply = request("tools/call", wait, { id: "a" });
    notify("notifications/cancelled", { requestId: "a" });
    expect(await reply).toBeUndefined();
  });

  it.each([
    { requestId: "other" },
    { requestId: 1 },
    { requestId: null },
    { requestId: { id: "a" } },
    { reason: "no id" },
    {},
    undefined,
  ])("ignores a cancellation with params %j", async (params) => {
    const { server, contexts, release } = waiting();
    const { request, notify } = await open(server, era);
    const reply = request("tools/call", wait, { id: "a" });
    notify("notifications/cancelled", params);
    expect(contexts[0]?.signal.aborted).toBe(false);
    release("done");
    expect(textOf(await reply)).toBe("done");
  });

  it("aborts a request when its exchange is given up, with the reason, also when that was before it began", async () => {
    const { server, contexts, release } = waiting();
    const { request } = await open(server, era);
    const [controller, before] = [new AbortController(), AbortSignal.abort(new Error("gone already"))];
    const replies = [
      request("tools/call", wait, { signal: controller.signal }),
      request("tools/call", wait, { signal: before }),
    ];
    controller.abort(new Error("hung up"));
    const reasons = contexts.map(({ signal }) => (signal.reason as Error).message);
    expect(reasons).toEqual(["hung up", "gone already"]);
    release("too late");
    expect(await Promise.all(replies)).toEqual([undefined, undefined]);
  });

  it("leaves no listener on the signal of an exchange", async () => {
    const { server, release } = waiting();
    const { request } = await open(server, era);
    const { signal } = new AbortController();
    const listeners = { added: 0, removed: 0 };
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners.added += 1;
      add.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners.removed += 1;
      remove.apply(signal, args);
    };
    const reply = request("tools/call", wait, { signal });
    release("done");
    await reply;
    expect(listeners).toEqual({ added: 1, removed: 1 });
  });

  it("aborts everything in flight when it is closed, and serves nothing more", async () => {
    const { server, contexts, release } = waiting();
    const { link, request, pushed, notify } = await open(server, era);
    const sent: Wire[] = [];
    const replies = ["a", "b"].map((id) => request("tools/call", wait, { id, sent }));
    void link.close({ kind: "lost", error: new Error("pipe broke") });
    void link.close({ kind: "closed" });
    expect(contexts.map(({ signal }) => (signal.reason as Error).message)).toEqual([
      "pipe broke",
      "pipe broke",
    ]);
    release("too late");
    expect(await Promise.all(replies)).toEqual([undefined, undefined]);
    expect(await request("tools/call", { name: "quick" })).toBeUndefined();
    expect(await request("ping")).toBeUndefined();
    notify("notifications/cancelled", { requestId: "a" });
    server.tool("new", {}, () => "new");
    await contexts[0]?.progress(1);
    await settled();
    expect([sent, pushed]).toEqual([[], []]);
  });

  it("turns what a middleware throws into an internal error, tells the author, and goes on", async () => {
    const told: unknown[] = [];
    const { server } = waiting({ onError: (error) => void told.push(error) });
    const failure = new Error("the cellar is flooded");
    let broken = true;
    server.use((_request, _ctx, next) => {
      if (broken) throw failure;
      return next();
    });
    const { request, stateless } = openLink(server);
    const ask = () => (era === "handshake" ? request("ping") : stateless("server/discover"));
    expect((await ask())?.error).toEqual({ code: -32603, message: "Internal error: the cellar is flooded" });
    expect(told).toEqual([failure]);
    broken = false;
    expect((await ask())?.result).toBeDefined();
  });
});

describe("failures", () => {
  const failing = (thrown: unknown, options: McpServerOptions = {}): McpServer => {
    const server = new McpServer("failing", { onError: () => undefined, ...options });
    server.use(() => {
      throw thrown;
    });
    return server;
  };
  const errorOf = async (server: McpServer): Promise<Wire["error"]> =>
    (await openLink(server).stateless("server/discover", {}, { id: 1 }))?.error;

  it("keep their message from the client when errors are masked", async () => {
    expect(await errorOf(failing(new Error("secret"), { maskErrors: true }))).toEqual({
      code: -32603,
      message: "Internal error",
    });
    expect(await errorOf(failing("not an error"))).toEqual({ code: -32603, message: "Internal error" });
  });

  it("that are protocol errors pass as they are, masked or not", async () => {
    const error = new ProtocolError(-31999, "closed on Sundays", { day: "Sunday" });
    for (const maskErrors of [false, true]) {
      expect(await errorOf(failing(error, { maskErrors }))).toEqual({
        code: -31999,
        message: "closed on Sundays",
        data: { day: "Sunday" },
      });
    }
  });

  it("whose data is not JSON are answered without it, and reported", async () => {
    const told: unknown[] = [];
    const data = { price: 5n } as unknown as JsonValue;
    const server = failing(new ProtocolError(7, "no"), { onError: (error) => void told.push(error) });
    expect(await errorOf(server)).toEqual({ code: 7, message: "no" });
    expect(told).toEqual([]);
    const unusable = failing(new ProtocolError(7, "no", data), { onError: (error) => void told.push(error) });
    expect(await errorOf(unusable)).toEqual({ code: 7, message: "no" });
    expect(told).toEqual([expect.any(TypeError)]);
  });

  it("are survived by a server whose onError fails as well", async () => {
    const server = failing(new Error("first"), {
      onError: () => {
        throw new Error("second");
      },
    });
    expect(await errorOf(server)).toMatchObject({ code: -32603 });
    expect(await errorOf(server)).toMatchObject({ code: -32603 });
  });

  it("never reach the process as rejections nobody handles", async () => {
    const unhandled = await unhandledDuring(async () => {
      const { server, contexts, release } = waiting({ onError: () => undefined });
      server.tool("throw", {}, () => {
        throw new ProtocolError(1, "no");
      });
      server.tool("reject", {}, () => Promise.reject(new Error("no")));
      server.tool("big", {}, () => ({ n: 5n }));
      const opened = await handshaken(server);
      const refuse = (): Promise<void> => Promise.reject(new Error("pipe broke"));
      const refuseNow = (): never => {
        throw new Error("pipe broke");
      };
      for (const name of ["throw", "reject", "big"]) await opened.request("tools/call", { name });
      const replies = [refuse, refuseNow].map((send, id) =>
        opened.request("tools/call", { ...wait, _meta: { progressToken: id } }, { send, id }),
      );
      for (const ctx of contexts) {
        void ctx.progress(1);
        ctx.ping().catch(() => undefined);
      }
      const listen = opened.stateless(
        "subscriptions/listen",
        { notifications: { toolsListChanged: true } },
        { send: refuse },
      );
      await settled();
      server.tool("new", {}, () => "new");
      opened.link.drain();
      opened.notify("notifications/cancelled", { requestId: 0 });
      await settled();
      void opened.link.close({ kind: "lost" });
      release("too late");
      await Promise.all([...replies, listen]);
    });
    expect(unhandled).toEqual([]);
  });
});
