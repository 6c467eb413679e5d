import { describe, expect, it } from "vitest";
import type { HttpOptions } from "../../src/index.js";
import { calculator } from "../support/servers.js";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import type { RawResponse } from "@towpath/test-support/raw-response.js";
import {
  HANDSHAKE,
  POST_HEADERS,
  requestText,
  STATELESS,
  toolCall,
  type Headers,
} from "../support/requests.js";
import { startServer } from "../support/start-server.js";

async function send(body: string, headers: Headers = {}, method = "POST"): Promise<RawResponse> {
  const { port } = await startServer(calculator());
  return rawRequest(port, requestText(method, { ...POST_HEADERS, ...headers }, body));
}

const valid = JSON.stringify(toolCall("handshake", "add", { a: 1, b: 2 }).message);
const messageOf = ({ body }: RawResponse): unknown =>
  (JSON.parse(body) as { error: { message: unknown } }).error.message;

describe("a POST with the wrong headers", () => {
  it.each([
    ["text/plain"],
    ["application/json-rpc"],
    ["application/jsonx"],
    ["multipart/form-data"],
    ["json"],
  ])("gets 415 for Content-Type %s", async (type) => {
    const response = await send(valid, { "content-type": type });
    expect([response.status, messageOf(response)]).toEqual([
      415,
      "The Content-Type header must be application/json",
    ]);
  });

  it.each(["application/json; charset=iso-8859-1", 'Application/JSON ;charset="utf-16"'])(
    "is told that only UTF-8 is taken: Content-Type %s",
    async (type) => {
      const response = await send(valid, { "content-type": type });
      expect([response.status, messageOf(response)]).toEqual([
        415,
        "The Content-Type header must be application/json in UTF-8: no other charset is taken",
      ]);
    },
  );

  it.each(["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])(
    "does not: Content-Type %s",
    async (type) => expect((await send(valid, { "content-type": type })).status).toBe(200),
  );

  it.each([
    ["application/json"],
    ["text/event-stream"],
    ["text/html"],
    ["application/json, text/event-stream;q=0"],
    ["application/*"],
  ])("gets 406 for Accept: %s", async (accept) => {
    const response = await send(valid, { accept });
    expect([response.status, messageOf(response)]).toEqual([
      406,
      "The Accept header must list both application/json and text/event-stream",
    ]);
  });

  it.each(["*/*", "text/event-stream;q=0.5, application/*", "text/html, text/*, application/json;q=0.9"])(
    "does not: Accept: %s",
    async (accept) => expect((await send(valid, { accept })).status).toBe(200),
  );

  it("gets 415 without a Content-Type, and before its body is read", async () => {
    const { port } = await startServer(calculator());
    const response = await rawRequest(port, requestText("POST", { "content-length": "100" }));
    expect(response.status).toBe(415);
  });
});

describe("another method", () => {
  it.each(["PUT", "PATCH", "HEAD", "TRACE", "OPTIONS"])(
    "than POST gets 405 with Allow: %s",
    async (method) => {
      const { port } = await startServer(calculator());
      const connection = await RawConnection.open(port);
      connection.write(requestText(method, {}));
      await connection.until("\r\n\r\n");
      expect(connection.received).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
      expect(connection.received).toContain("\r\nallow: POST, GET\r\n");
    },
  );

  it.each<[string, HttpOptions, Headers, string]>([
    ["PUT", {}, {}, "POST, GET"],
    ["PUT", { sessions: true }, {}, "POST, GET, DELETE"],
    ["PUT", { sessions: true, resumable: false }, {}, "POST, GET, DELETE"],
    ["PUT", { resumable: false }, {}, "POST"],
    ["PUT", { resumable: false }, { origin: "http://localhost" }, "POST, OPTIONS"],
    ["PUT", { sessions: true }, { "mcp-protocol-version": STATELESS }, "POST"],
    ["OPTIONS", { resumable: false }, { origin: "http://localhost" }, "POST"],
    ["GET", {}, {}, "POST"],
    ["GET", { sessions: true }, { "mcp-protocol-version": STATELESS }, "POST"],
    ["DELETE", {}, {}, "POST, GET"],
    ["DELETE", { resumable: false }, {}, "POST"],
    ["DELETE", { sessions: true }, { "mcp-protocol-version": STATELESS }, "POST"],
  ])("gets 405, with Allow as it is there: %s with %j and %j", async (method, options, headers, allow) => {
    const { port } = await startServer(calculator(), options);
    const sent = { ...headers, accept: "text/event-stream" };
    const response = await rawRequest(port, requestText(method, sent));
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it("gets 404 on another path", async () => {
    const { port } = await startServer(calculator());
    expect((await rawRequest(port, requestText("POST", POST_HEADERS, valid, "/other"))).status).toBe(404);
    expect((await rawRequest(port, requestText("POST", POST_HEADERS, valid, "/mcp/"))).status).toBe(404);
  });
});

describe("a body that is not JSON", () => {
  it.each([[""], ["{"], ["nonsense"], ['{"jsonrpc":"2.0",}'], ["[1,"], ["\u0000"], ["{}{}"]])(
    "gets 400 and -32700: %j",
    async (body) => {
      const response = await send(body);
      expect(response.status).toBe(400);
      expect(JSON.parse(response.body)).toEqual({
        jsonrpc: "2.0",
        id: null,
        error: { code: -32700, message: expect.stringMatching(/^Parse error: /) as string },
      });
    },
  );

  it.each([
    [7, '{"jsonrpc":"2.0","id":7,"method":"ping",}'],
    ["a", '{"id":"a","jsonrpc":"2.0","method":"ping"'],
  ])("is answered with its id where that can be read: %j", async (id, body) => {
    const response = await send(body);
    expect([response.status, JSON.parse(response.body)]).toMatchObject([
      400,
      { id, error: { code: -32700 } },
    ]);
  });

  it.each([HANDSHAKE, STATELESS])("has no id in the answer in revision %s", async (version) => {
    const { status, body } = await send("{", { "mcp-protocol-version": version });
    expect([status, "id" in (JSON.parse(body) as object)]).toEqual([400, false]);
  });
});

describe("JSON that is no message", () => {
  it.each([
    ["null", null, "a message is an object, not null"],
    ["1", null, "a message is an object"],
    ['"text"', null, "a message is an object"],
    ["{}", null, '"jsonrpc" must be "2.0"'],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 1, '"jsonrpc" must be "2.0", not "1.0"'],
    ['{"jsonrpc":"2.0","id":1}', 1, '"method" is missing'],
    ['{"jsonrpc":"2.0","id":1,"method":5}', 1, '"method" must be a string'],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', null, '"id" must be'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', null, '"id" must be'],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null, '"id" must be'],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', null, 'a response has "result" or "error", not both'],
  ])("gets 400 and -32600: %s", async (body, id, why) => {
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toMatchObject({ id, error: { code: -32600 } });
    expect(messageOf(response)).toContain(why);
  });

  it("gets 400 in the stateless era, too", async () => {
    const response = await send('{"jsonrpc":"2.0","id":1}', { "mcp-protocol-version": STATELESS });
    expect([response.status, JSON.parse(response.body)]).toMatchObject([
      400,
      { id: 1, error: { code: -32600 } },
    ]);
  });

  it("gets 400 when it answers what was never asked", async () => {
    const response = await send('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect([response.status, messageOf(response)]).toEqual([
      400,
      "Nothing was asked of this client, so there is nothing to answer",
    ]);
  });

  it("names no version that does not exist", async () => {
    const headers = { "mcp-protocol-version": "1999-01-01" };
    const notification = await send('{"jsonrpc":"2.0","method":"notifications/initialized"}', headers);
    expect([notification.status, messageOf(notification)]).toMatchObject([
      400,
      expect.stringContaining("2025-11-25"),
    ]);
    expect((await send(valid, headers)).status).toBe(400);
  });

  it("may have params of any depth without harm", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const response = await send(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":${deep}}}}`,
    );
    expect([response.status, JSON.parse(response.body)]).toMatchObject([200, { id: 1 }]);
  });

  it("cannot reach what every object has", async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"__proto__","__proto__":{"method":"ping"}}';
    expect(JSON.parse((await send(body)).body)).toMatchObject({ id: 1, error: { code: -32601 } });
  });
});
