import { describe, expect, it } from "vitest";
import { handshaken, openLink, settled, type Wire } from "../../test/support/link.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import { jsonSchema } from "../json-schema/index.js";
import type { Middleware } from "./middleware.js";
import { McpServer } from "./server.js";

function echoing(...chain: Middleware[]): McpServer {
  const server = new McpServer("s", { onError: () => undefined });
  server.tool("echo", { input: jsonSchema({ type: "object" }) }, (args) => JSON.stringify(args));
  for (const middleware of chain) server.use(middleware);
  return server;
}

const call = async (server: McpServer): Promise<Wire | undefined> =>
  openLink(server).stateless("tools/call", { name: "echo", arguments: { a: 1 } });
const textOf = (reply: Wire | undefined): unknown =>
  (reply?.result?.["content"] as [{ text: string }])[0].text;

describe("middleware", () => {
  it("wraps every request, the first registered outermost", async () => {
    const order: string[] = [];
    const noting =
      (name: string): Middleware =>
      async ({ method }, _ctx, next) => {
        order.push(`${name} before ${method}`);
        const result = await next();
        order.push(`${name} after`);
        return result;
      };
    const opened = await handshaken(echoing(noting("a"), noting("b")));
    expect(order).toEqual(["a before initialize", "b before initialize", "b after", "a after"]);
    order.length = 0;
    await opened.request("ping");
    await opened.stateless("server/discover");
    expect(order.filter((line) => line.startsWith("a before"))).toEqual([
      "a before ping",
      "a before server/discover",
    ]);
  });

  it("may change params and result", async () => {
    const server = echoing(async (request, _ctx, next) => {
      const result = await next({ ...request, params: { ...request.params, arguments: { b: 2 } } });
      return { ...result, _meta: { "acme/seen": true } };
    });
    const reply = await call(server);
    expect(textOf(reply)).toBe('{"b":2}');
    expect(reply?.result).toMatchObject({ resultType: "complete", _meta: { "acme/seen": true } });
  });

  it("cannot turn one method into another", async () => {
    const reply = await call(echoing((request, _ctx, next) => next({ ...request, method: "ping" })));
    expect(reply?.error).toMatchObject({
      code: -32603,
      message: expect.stringContaining("tools/call into ping") as string,
    });
  });

  it("may answer by itself", async () => {
    const reply = await call(echoing(() => ({ content: [{ type: "text", text: "cached" }] })));
    expect(textOf(reply)).toBe("cached");
  });

  it("may refuse", async () => {
    const reply = await call(echoing(() => Promise.reject(new ProtocolError(-31999, "not today"))));
    expect(reply?.error).toEqual({ code: -31999, message: "not today" });
  });

  it("sees what a handler threw as the result or error that it becomes", async () => {
    const seen: unknown[] = [];
    const watching: Middleware = async (_request, _ctx, next) => {
      try {
        const result = await next();
        seen.push(result["isError"]);
        return result;
      } catch (error) {
        seen.push(error);
        throw error;
      }
    };
    const server = echoing(watching);
    server.tool("fail", {}, () => {
      throw new Error("no");
    });
    const { stateless } = openLink(server);
    await stateless("tools/call", { name: "fail" });
    await stateless("tools/call", { name: "unknown" });
    expect(seen).toEqual([true, expect.objectContaining({ code: -32602 })]);
  });

  it("may call next() once only", async () => {
    const twice: Middleware = async (_request, _ctx, next) => {
      await next();
      return next();
    };
    expect((await call(echoing(twice)))?.error).toMatchObject({
      code: -32603,
      message: expect.stringContaining("next() was called twice") as string,
    });
  });

  it("sees a list as a plain object, however often it was listed before", async () => {
    const seen: unknown[] = [];
    const server = echoing(async (_request, _ctx, next) => {
      const result = await next();
      seen.push(Object.keys(result), Object.getPrototypeOf(result) === Object.prototype);
      return result;
    });
    const { stateless } = openLink(server);
    const [first, second] = [await stateless("tools/list"), await stateless("tools/list")];
    expect(seen).toEqual([["tools"], true, ["tools"], true]);
    expect(second?.result).toEqual(first?.result);
  });

  it("that changes a list for one principal changes it for nobody else", async () => {
    const hiding: Middleware = async (_request, ctx, next) => {
      const result = (await next()) as { tools?: { name: string; inputSchema: { type: string } }[] };
      if (ctx.principal?.id === "bob") {
        for (const { inputSchema } of result.tools ?? []) inputSchema.type = "changed";
        result.tools = result.tools?.filter(({ name }) => name !== "admin") ?? [];
      }
      return result;
    };
    for (const visibleTo of [undefined, () => true]) {
      const server = echoing(hiding);
      server.tool("admin", { ...(visibleTo && { visibleTo }) }, () => "");
      const seen = async (id: string): Promise<unknown> => {
        const reply = await openLink(server, { principal: { id } }).stateless("tools/list");
        const tools = reply?.result?.["tools"] as { name: string; inputSchema: { type: string } }[];
        return tools.map(({ name, inputSchema }) => `${name} ${inputSchema.type}`);
      };
      const all = ["echo object", "admin object"];
      expect([await seen("ann"), await seen("bob"), await seen("ann")]).toEqual([all, ["echo changed"], all]);
    }
  });

  it("knows the context, and its signal", async () => {
    const seen: unknown[] = [];
    const server = echoing((request, ctx, next) => {
      seen.push(ctx.client.era, ctx.method, ctx.signal.aborted, request.params["name"]);
      return next();
    });
    await call(server);
    expect(seen).toEqual(["stateless", "tools/call", false, "echo"]);
  });

  it("that does not wait for next() ends nothing when that fails", async () => {
    const unhandled = await unhandledDuring(async () => {
      const server = echoing((_request, _ctx, next) => {
        void next();
        return {};
      });
      server.use(async () => {
        await settled();
        throw new Error("too late");
      });
      expect((await call(server))?.result).toMatchObject({ resultType: "complete" });
    });
    expect(unhandled).toEqual([]);
  });

  it("is not asked about requests that are refused before they begin", async () => {
    const methods: string[] = [];
    const server = echoing((request, _ctx, next) => {
      methods.push(request.method);
      return next();
    });
    const { request, stateless } = openLink(server);
    await request("tools/list");
    await stateless("nope");
    expect(methods).toEqual([]);
  });
});
