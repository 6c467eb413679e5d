import {
  InvalidParamsError,
  McpClient,
  McpServer,
  type Change,
  type Era,
  type JsonObject,
  type McpClientOptions,
  type McpServerOptions,
} from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import {
  connectPair,
  createCluster,
  ERAS,
  ManualClock,
  type Cluster,
  type Pair,
} from "@towpath/mcp-core/testing";
import { fetchHandler, streamableHttpClient } from "@towpath/transport-http/fetch";
import { describe, expect, it } from "vitest";
import { quotesClient } from "../docs/extensions/quotes/client.js";
import { printShop, printWithLimit } from "../docs/extensions/quotes/example.js";
import { priced, quotes } from "../docs/extensions/quotes/server.js";
import { QUOTE_CHANGED, QUOTES, type Quote } from "../docs/extensions/quotes/wire.js";

/** What is refused as malformed, or as unknown: the two are told alike. */
const UNKNOWN = { code: -32602 };

const input = jsonSchema({ type: "object", properties: { pages: { type: "integer" } } });

/** A shop with one tool, `print`, which does what the test says. */
function shop(print: Parameters<McpServer["tool"]>[2], options: McpServerOptions = {}): McpServer {
  const server = new McpServer("shop", { ...options, extensions: [quotes()] });
  server.tool("print", { input, extensions: priced(1) }, print);
  return server;
}

/** Pays up to 10 euros, and remembers what it was offered. */
function paying(era: Era): { readonly options: McpClientOptions; readonly offered: Quote[] } {
  const offered: Quote[] = [];
  const confirm = (quote: Quote): boolean => {
    offered.push(quote);
    return quote.price <= 10;
  };
  return { options: { era, extensions: [quotesClient({ confirm })] }, offered };
}

/** A client to which a quote is nothing but a result. */
function connectPlain(server: McpServer, era: Era, id?: string): Promise<Pair> {
  const extensions = [{ id: QUOTES, resultTypes: ["quote"], listenFilters: ["quoteIds"] }];
  return connectPair(server, { era, extensions, ...(id !== undefined && { principal: { id } }) });
}

async function quoteFrom({ client }: Pick<Pair, "client">): Promise<string> {
  const { quoteId } = await client.request("tools/call", { name: "print", arguments: { pages: 2 } });
  return quoteId as string; // a test that is wrong in this fails
}

describe.each(ERAS)("a call that is quoted (%s era)", (era) => {
  it("is made when the client accepts what it costs, and says how far it has come", async () => {
    const { options, offered } = paying(era);
    const { client, traffic, close } = await connectPair(printShop(), options);
    const progress: unknown[] = [];
    const result = await client.callTool(
      "print",
      { pages: 3 },
      { onProgress: (said) => progress.push(said) },
    );
    expect(result).toMatchObject({ content: [{ text: "3 pages are printed" }] });
    expect(offered).toMatchObject([{ tool: "print", currency: "EUR", status: "offered" }]);
    expect(offered[0]?.price).toBeCloseTo(0.3);
    expect(progress.at(-1)).toEqual({ progress: 3, total: 3 });
    expect(traffic.of("quotes/accept")).toHaveLength(1);
    expect(traffic.of("quotes/get")).toEqual([]); // the end was told
    await close();
  });

  it("is made also where other tools are tasks", async () => {
    const server = printShop();
    server.tool("bind", { task: true }, () => "bound");
    const { client, close } = await connectPair(server, paying(era).options);
    expect(await client.callTool("print", { pages: 3 })).toMatchObject({
      content: [{ text: "3 pages are printed" }],
    });
    expect(await client.callTool("bind")).toMatchObject({ content: [{ text: "bound" }] });
    await close();
  });

  it("is not made when that is too much", async () => {
    const { client, traffic, close } = await connectPair(printShop(), paying(era).options);
    expect(await client.callTool("print", { pages: 500 })).toMatchObject({ isError: true });
    expect(traffic.of("quotes/accept")).toEqual([]);
    await close();
  });

  it("costs nothing where its arguments do not fit", async () => {
    const { options, offered } = paying(era);
    const { client, close } = await connectPair(printShop(), options);
    expect(await client.callTool("print", { pages: 0 })).toMatchObject({ isError: true });
    expect(offered).toEqual([]);
    await close();
  });

  it("is refused to clients that know nothing of quotes, and so is the rest", async () => {
    const { client, close } = await connectPair(printShop(), { era });
    const code = era === "stateless" ? -32021 : -32600;
    for (const [method, params] of [
      ["tools/call", { name: "print", arguments: { pages: 1 } }],
      ["quotes/get", { quoteId: "1" }],
      ["quotes/accept", { quoteId: "1" }],
    ] as const)
      await expect(client.request(method, params)).rejects.toMatchObject({ code });
    await close();
  });

  it("is made once, however often it is accepted", async () => {
    let calls = 0;
    const pair = await connectPlain(
      shop(() => String(++calls)),
      era,
    );
    const quoteId = await quoteFrom(pair);
    const accept = (): Promise<JsonObject> => pair.client.request("quotes/accept", { quoteId });
    await Promise.all([accept(), accept(), accept()]);
    expect(await accept()).toMatchObject({ status: "done", result: { content: [{ text: "1" }] } });
    await pair.close();
  });

  it("is the principal's who asked for it, and nobody else's", async () => {
    const server = printShop();
    const [ann, bob] = [await connectPlain(server, era, "ann"), await connectPlain(server, era, "bob")];
    const quoteId = await quoteFrom(ann);
    for (const method of ["quotes/get", "quotes/accept"])
      await expect(bob.client.request(method, { quoteId })).rejects.toMatchObject(UNKNOWN);
    expect(await ann.client.request("quotes/get", { quoteId })).toMatchObject({ status: "offered" });
    await Promise.all([ann.close(), bob.close()]);
  });

  it("is forgotten when nobody accepts it in time", async () => {
    const clock = new ManualClock();
    const pair = await connectPlain(printShop({ clock }), era);
    const quoteId = await quoteFrom(pair);
    clock.advance(300_000);
    await expect(pair.client.request("quotes/accept", { quoteId })).rejects.toMatchObject(UNKNOWN);
    await pair.close();
  });

  it("fails with the error it ended with, and cannot ask anything", async () => {
    const server = shop(() => {
      throw new InvalidParamsError("Out of paper");
    });
    server.tool("ask", { extensions: priced(1) }, async (_none, ctx) => (await ctx.elicit("Sure?")).action);
    const elicit = (): { action: "accept" } => ({ action: "accept" });
    const { client, close } = await connectPair(server, { ...paying(era).options, elicit });
    await expect(client.callTool("print")).rejects.toMatchObject({ code: -32602, message: "Out of paper" });
    const refused = [{ text: "A call that was quoted cannot ask anything" }];
    expect(await client.callTool("ask")).toMatchObject({ isError: true, content: refused });
    await close();
  });

  it("is waited for no longer than its caller wants", async () => {
    const server = shop(
      (_args, { signal }) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    );
    const { client, traffic, close } = await connectPair(server, paying(era).options);
    const giving = new AbortController();
    const call = client.callTool("print", {}, { signal: giving.signal });
    await traffic.seen("quotes/accept");
    giving.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await close();
  });
});

describe("the extension", () => {
  it("is not there before a tool has a price, and says then in which currency", async () => {
    const server = new McpServer("s", { extensions: [quotes({ currency: "CHF" })] });
    const connect = (): Promise<Pair> => connectPair(server, { era: "stateless", cache: false });
    const before = await connect();
    expect(before.client.capabilities.extensions).toBeUndefined();
    await expect(before.client.request("quotes/get", { quoteId: "1" })).rejects.toMatchObject({
      code: -32601,
    });
    server.tool("print", { extensions: priced(1) }, () => "printed");
    const after = await connect();
    expect(after.client.capabilities.extensions).toEqual({ [QUOTES]: { currency: "CHF" } });
    await Promise.all([before.close(), after.close()]);
  });

  it("says of tools what they cost", async () => {
    const server = printShop();
    server.tool("copy", { extensions: priced(2), _meta: { "com.example/kind": "copier" } }, () => "copied");
    server.tool("look", {}, () => "paper");
    const { client, close } = await connectPair(server);
    expect((await client.listTools()).map(({ name, _meta }) => [name, _meta])).toEqual([
      ["print", { [QUOTES]: { currency: "EUR" } }],
      ["copy", { "com.example/kind": "copier", [QUOTES]: { currency: "EUR", price: 2 } }],
      ["look", undefined],
    ]);
    await close();
  });

  it("refuses prices that are none, and tools that are tasks", () => {
    const server = new McpServer("s", { extensions: [quotes()] });
    expect(() => server.tool("a", { extensions: priced(-1) }, () => "a")).toThrow("a: the price must be");
    expect(() => server.tool("a", { extensions: priced(1), task: true }, () => "a")).toThrow("no task");
  });

  it("tells those who listen, and may, how a quote stands when they are told", async () => {
    const server = printShop();
    const [ann, bob] = [
      await connectPlain(server, "stateless", "ann"),
      await connectPlain(server, "stateless", "bob"),
    ];
    const quoteId = await quoteFrom(ann);
    const filter: JsonObject = { quoteIds: [quoteId] };
    const told: JsonObject[] = [];
    const { filter: honoured } = await bob.client.listen(filter);
    await new Promise<void>((resolve) => {
      const heard = ({ params }: Change): void => {
        told.push(params);
        if (params["status"] === "done") resolve();
      };
      void ann.client.listen(filter, heard).then(() => ann.client.request("quotes/accept", { quoteId }));
    });
    expect(told.at(-1)).toMatchObject({ quoteId, result: { content: [{ text: "2 pages are printed" }] } });
    expect(told.map(({ recipient }) => recipient)).toEqual(told.map(() => undefined));
    expect(honoured).toEqual({});
    expect(bob.traffic.of(QUOTE_CHANGED)).toEqual([]);
    await Promise.all([ann.close(), bob.close()]);
  });

  it("tells nobody but whoever asked, in the handshake era", async () => {
    const server = printShop();
    const [ann, other] = [await connectPlain(server, "handshake"), await connectPlain(server, "handshake")];
    const quoteId = await quoteFrom(ann);
    await ann.client.request("quotes/accept", { quoteId });
    expect(await ann.traffic.seen(QUOTE_CHANGED)).toMatchObject({ params: { quoteId, tool: "print" } });
    expect(other.traffic.of(QUOTE_CHANGED)).toEqual([]);
    await Promise.all([ann.close(), other.close()]);
  });

  it("ends the calls that run when the server ends", async () => {
    const reasons: unknown[] = [];
    const server = shop(
      (_args, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(reasons.push(signal.reason)));
        }),
    );
    let end = (): void => undefined;
    const closed = new Promise<void>((resolve) => (end = resolve));
    const start = async (): Promise<{ closed: Promise<void>; drain: () => Promise<void> }> => ({
      closed,
      drain: () => Promise.resolve(),
    });
    const running = await server.start({ name: "none", start });
    const pair = await connectPlain(server, "stateless");
    await pair.client.request("quotes/accept", { quoteId: await quoteFrom(pair) });
    end();
    await running.closed;
    expect(reasons).toMatchObject([{ message: "The server was shut down" }]);
    await pair.close();
  });

  it("works as the end of the document says", async () => {
    const shown: unknown[] = [];
    await printWithLimit(printShop(), (content) => shown.push(content));
    expect(shown).toMatchObject([
      [{ text: "50 pages are printed" }],
      [{ text: "The price was not accepted" }],
    ]);
  });
});

describe.each(ERAS)("two nodes that share a state (%s era)", (era) => {
  /** One node quotes, and once that is confirmed all else goes to the other. */
  const open = async (confirmed: (cluster: Cluster<McpServer>) => void = () => undefined) => {
    const cluster = await createCluster(2, ({ state, clock }) => printShop({ state, clock }), {
      serve: (mcp, { clock }) => fetchHandler(mcp, { sessions: true, clock }),
    });
    const names: (string | null)[] = [];
    let accepting = false;
    cluster.route = (nodes, request) => {
      if (request?.headers.get("mcp-method") === "quotes/accept") names.push(request.headers.get("mcp-name"));
      return accepting ? cluster.node(1) : nodes[0];
    };
    const confirm = ({ quoteId }: Quote): boolean => {
      offered.push(quoteId);
      confirmed(cluster);
      return (accepting = true);
    };
    const offered: string[] = [];
    const { url, fetch, clock } = cluster;
    const client = await McpClient.connect(streamableHttpClient(url, { fetch, clock }), {
      era,
      clock,
      extensions: [quotesClient({ confirm })],
    });
    const close = async (): Promise<void> => {
      await client.close();
      await cluster.close();
    };
    return { cluster, client, names, offered, close };
  };

  it("have a call made on the one that quoted it, when the other is told to, and tell of it", async () => {
    const { cluster, client, names, offered, close } = await open();
    const start = cluster.clock.now();
    const result = await cluster.within(60_000, client.callTool("print", { pages: 2 }));
    expect(result).toMatchObject({ content: [{ text: "2 pages are printed" }] });
    expect(cluster.clock.now() - start).toBeLessThan(5_000); // after which the client would have asked
    expect(names).toEqual(era === "stateless" ? offered : []);
    await close();
  });

  it("say that a call is lost with the one that quoted it", async () => {
    const { cluster, client, close } = await open((running) => running.node(0).kill());
    const call = client.callTool("print", { pages: 2 });
    call.catch(() => undefined);
    await expect(cluster.within(60_000, call)).rejects.toMatchObject({ code: -31005 });
    await close();
  });
});
