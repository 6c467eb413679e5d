import { rawRequest } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { initialize, Visitor, type Plain } from "../support/visitor.js";

interface Outcome {
  readonly status: number;
  readonly body: {
    readonly id?: unknown;
    readonly error?: { readonly code: number; readonly message: string };
  };
}

async function outcome(response: Response): Promise<Outcome> {
  const text = await response.text();
  // A server of ours sent it.
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Outcome["body"] };
}

async function begun(): Promise<Visitor> {
  const { url } = await stage();
  return Visitor.begin(url);
}

/** Nothing has come that was not asked for. */
async function expectQuiet(visitor: Visitor): Promise<void> {
  expect(await visitor.request("ping")).toMatchObject({ result: {} });
}

describe("a message", () => {
  it("is taken with 202 and nothing else, and answered on the stream", async () => {
    const { url } = await stage();
    const visitor = await Visitor.open(url);
    const message = { jsonrpc: "2.0", id: "a", method: "initialize", params: initialize() };
    expect(await outcome(await visitor.post(message))).toEqual({ status: 202, body: {} });
    expect(await visitor.event()).toEqual({
      event: "message",
      data: expect.stringContaining('"id":"a"') as string,
    });
  });

  it("is answered after what was told of it", async () => {
    const { url, playing } = await stage();
    const visitor = await Visitor.begin(url);
    expect(await visitor.play("x", 7)).toBe(202);
    const { ctx, end } = await playing("x");
    await ctx.progress(1, 2);
    end("done");
    expect(await visitor.message()).toMatchObject({ method: "notifications/progress" });
    expect(await visitor.message()).toMatchObject({ id: 7, result: { content: [{ text: "done" }] } });
  });

  it("may answer a question, and nothing comes of an answer that nobody waits for", async () => {
    const { url, playing } = await stage();
    const visitor = await Visitor.begin(url, {}, initialize("2024-11-05", { roots: {} }));
    await visitor.play("x");
    const { ctx, end } = await playing("x");
    const roots = ctx.roots();
    const { id, method } = await visitor.message();
    expect(method).toBe("roots/list");
    expect(await visitor.answer("unknown", { roots: [] })).toBe(202);
    expect(await visitor.answer(id, { roots: [{ uri: "file:///a" }] })).toBe(202);
    expect(await roots).toMatchObject([{ uri: "file:///a" }]);
    expect(await visitor.answer(id, { roots: [] })).toBe(202);
    end("done");
    expect(await visitor.message()).toMatchObject({ result: {} });
  });

  it("may cancel a request", async () => {
    const { url, playing } = await stage();
    const visitor = await Visitor.begin(url);
    await visitor.play("x", 5);
    const { aborted } = await playing("x");
    expect(await visitor.notify("notifications/cancelled", { requestId: 5 })).toBe(202);
    await aborted;
    await expectQuiet(visitor);
  });

  it("reaches handlers with the headers it came with", async () => {
    const { url } = await stage();
    const visitor = await Visitor.begin(url, { "x-name": "stream" });
    expect(await visitor.call("whoami", {}, { "x-name": "message" })).toMatchObject({
      result: { content: [{ text: "nobody  message" }] },
    });
  });

  it("tells of changes outside any request", async () => {
    const { url, mcp } = await stage();
    const visitor = await Visitor.begin(url);
    await visitor.request("resources/subscribe", { uri: "notes://today" });
    mcp.resourceUpdated("notes://today");
    expect(await visitor.message()).toMatchObject({ method: "notifications/resources/updated" });
    mcp.tool("new", {}, () => "new");
    expect(await visitor.message()).toMatchObject({ method: "notifications/tools/list_changed" });
  });
});

describe("a message that is not taken, and leaves the session as it is:", () => {
  const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

  it.each<[string, string, Plain, number]>([
    ["text", PING, { "content-type": "text/plain" }, 415],
    ["another charset", PING, { "content-type": "application/json; charset=utf-16" }, 415],
    ["compressed", PING, { "content-encoding": "gzip" }, 415],
  ])("%s", async (_what, body, headers, status) => {
    const visitor = await begun();
    expect((await visitor.send(body, headers)).status).toBe(status);
    await expectQuiet(visitor);
  });

  it.each([
    ["", null, -32700],
    ["{", null, -32700],
    ['{"jsonrpc":"2.0","id":7,"method":"ping",}', 7, -32700],
    ["null", null, -32600],
    ["1", null, -32600],
    ["{}", null, -32600],
    ['{"jsonrpc":"1.0","id":"a","method":"ping"}', "a", -32600],
    ['{"jsonrpc":"2.0","id":1}', 1, -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null, -32600],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', null, -32600],
    [`[${PING}]`, null, -32600],
    ["[]", null, -32600],
  ])("%s", async (body, id, code) => {
    const visitor = await begun();
    const refused = await outcome(await visitor.send(body));
    expect(refused).toMatchObject({ status: 400, body: { error: { code } } });
    expect(refused.body.id).toBe(id);
    await expectQuiet(visitor);
  });

  it("of a session that is not named, is unknown or has ended", async () => {
    const { url, links } = await stage();
    const visitor = await Visitor.begin(url);
    const to = (query: string): URL => new URL(`messages${query}`, url);
    const post = async (query: string): Promise<Outcome> => outcome(await visitor.send(PING, {}, to(query)));
    for (const query of ["", "?session=", "?sessionId=x", "?Session=x"])
      expect(await post(query)).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining("names no session") as string } },
      });
    for (const query of ["?session=x", "?session=__proto__", `?session=${crypto.randomUUID()}`])
      expect(await post(query)).toMatchObject({ status: 404 });
    await expectQuiet(visitor);
    visitor.leave();
    await links.none();
    expect((await visitor.send(PING)).status).toBe(404);
  });

  it("too large", async () => {
    const { url } = await stage({ limits: { maxBodyBytes: 200 } });
    const visitor = await Visitor.begin(url);
    expect((await visitor.send(PING.padEnd(201))).status).toBe(413);
    await expectQuiet(visitor);
  });

  it("of nobody, before its body is read", async () => {
    const { port } = await stage();
    const head = `POST /messages?session=x HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`;
    expect((await rawRequest(port, head)).status).toBe(404);
  });
});

describe("an answer that came garbled", () => {
  it.each([
    ["is no JSON", (id: unknown) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{,}`],
    ["is no answer", (id: unknown) => JSON.stringify({ jsonrpc: "2.0", id, result: 5 })],
  ])("and %s fails whoever asked", async (_what, garbled) => {
    const { url, playing } = await stage();
    const visitor = await Visitor.begin(url, {}, initialize("2024-11-05", { roots: {} }));
    await visitor.play("x");
    const { ctx, end } = await playing("x");
    const failed = ctx.roots().catch((error: unknown) => error);
    const { id } = await visitor.message();
    const refused = await outcome(await visitor.send(garbled(id)));
    expect(refused.status).toBe(400);
    expect(refused.body.id).toBeNull();
    expect(await failed).toBeInstanceOf(Error);
    end("done");
    expect(await visitor.message()).toMatchObject({ result: {} });
  });
});
