import type { Era, JsonObject } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import { eventMessages } from "@towpath/test-support/event-messages.js";
import {
  ERAS,
  POST_HEADERS,
  post,
  request,
  toolCall,
  type Headers,
  type Posted,
} from "../support/requests.js";
import { calculator, waitingServer } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

const without = (posted: Posted, name: string): Posted => ({
  ...posted,
  headers: Object.fromEntries(Object.entries(posted.headers).filter(([key]) => key !== name)),
});
const withHeaders = (posted: Posted, headers: Headers): Posted => ({
  ...posted,
  headers: { ...posted.headers, ...headers },
});
const withMeta = (meta: JsonObject): Posted => request("stateless", "tools/list", {}, { meta });

const list = request("stateless", "tools/list", {});
const add = toolCall("stateless", "add", { a: 1, b: 2 });
const VERSION = "io.modelcontextprotocol/protocolVersion";

const ANSWERS: readonly [what: string, posted: Posted, status: number, code: number | undefined][] = [
  ["a request", add, 200, undefined],
  ["a method there is not", request("stateless", "no/such", {}), 404, -32601],
  ["a method of the other era", request("stateless", "initialize", {}), 404, -32601],
  ["a tool there is not", toolCall("stateless", "none"), 200, -32602],
  ["params that are not what they must be", request("stateless", "tools/list", { cursor: 5 }), 200, -32602],
  ["no version header", without(list, "mcp-protocol-version"), 400, -32020],
  ["another version in the header", withHeaders(list, { "mcp-protocol-version": "2025-11-25" }), 400, -32020],
  ["no method header", without(list, "mcp-method"), 400, -32020],
  ["another method in the header", withHeaders(list, { "mcp-method": "tools/call" }), 400, -32020],
  ["no name header", without(add, "mcp-name"), 400, -32020],
  ["another name in the header", withHeaders(add, { "mcp-name": "other" }), 400, -32020],
  [
    "a version there is not",
    withHeaders(withMeta({ [VERSION]: "2099-01-01" }), { "mcp-protocol-version": "2099-01-01" }),
    400,
    -32022,
  ],
  ["a handshake's method it does not know", request("handshake", "no/such", {}), 200, -32601],
  ["a handshake's params", request("handshake", "tools/list", { cursor: 5 }), 200, -32602],
  ["a handshake's tool there is not", toolCall("handshake", "none"), 200, -32602],
  [
    "a handshake's header that is no version",
    withHeaders(request("handshake", "ping", {}), { "mcp-protocol-version": "1" }),
    400,
    -32600,
  ],
];

describe("the answer to", () => {
  it.each(ANSWERS)("%s has its status, and a body with its id", async (_what, posted, status, code) => {
    const { url } = await startServer(calculator());
    const response = await post(url, posted);
    expect(response.headers.get("content-type")).toBe("application/json");
    const body = (await response.json()) as { id: unknown; error?: { code: number } };
    expect([response.status, body.error?.code, body.id]).toEqual([status, code, 1]);
  });

  it.each(ANSWERS)(
    "%s has the same status where all answers are streams",
    async (_what, posted, status, code) => {
      const { url } = await startServer(calculator(), { answers: "stream" });
      const response = await post(url, posted);
      const type = status === 200 ? "text/event-stream" : "application/json";
      expect([response.status, response.headers.get("content-type")]).toEqual([status, type]);
      if (status !== 200) return;
      const { value } = await eventMessages(response).next();
      expect([value?.id, value?.error?.["code"]]).toEqual([1, code]);
    },
  );

  it.each(ERAS)("a notification is 202 with nothing, in the %s era", async (era) => {
    const { url } = await startServer(calculator());
    const { headers } = request(era, "notifications/initialized", {});
    const body = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
    const response = await fetch(url, { method: "POST", headers, body });
    expect([response.status, await response.text()]).toEqual([202, ""]);
  });
});

describe("an answer that takes its time", () => {
  const slow = (era: Era): Posted => toolCall(era, "wait", { call: "x" });

  it.each(ERAS)("becomes a stream after a while, in the %s era", async (era) => {
    const { mcp, release } = waitingServer();
    const { url } = await startServer(mcp, { streamAfterMs: 1 });
    // The head of the stream is here before the handler may end.
    const response = await post(url, slow(era));
    release("x");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(await response.text()).toContain("x is done");
  });

  it.each(ERAS)("is kept alive with comments, in the %s era", async (era) => {
    const { mcp, release } = waitingServer();
    const { url } = await startServer(mcp, { answers: "stream", keepAliveMs: 1 });
    const response = await post(url, slow(era));
    let text = "";
    const decoder = new TextDecoder();
    for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
      text += decoder.decode(bytes, { stream: true });
      if (text.includes(": keep-alive\n\n")) release("x");
    }
    expect(text).toContain("x is done");
  });

  it.each(ERAS)("is one JSON object while there is patience, in the %s era", async (era) => {
    const { mcp, begun, release } = waitingServer();
    const { url } = await startServer(mcp, { streamAfterMs: Infinity });
    const response = post(url, slow(era));
    await begun("x");
    release("x");
    expect((await response).headers.get("content-type")).toBe("application/json");
  });
});

describe("a client that names no version", () => {
  it("speaks 2025-03-26", async () => {
    const { url } = await startServer(calculator());
    const batch = JSON.stringify([{ jsonrpc: "2.0", id: 1, method: "ping" }]);
    const response = await fetch(url, { method: "POST", headers: POST_HEADERS, body: batch });
    expect([response.status, await response.json()]).toMatchObject([200, [{ id: 1, result: {} }]]);
  });
});
