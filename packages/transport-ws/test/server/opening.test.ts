import { McpServer } from "@towpath/mcp-core";
import { RefusedError } from "@towpath/mcp-core/http-server";
import { ManualClock } from "@towpath/mcp-core/testing";
import type { Principal } from "@towpath/mcp-core/transport";
import { deferred } from "@towpath/test-support/deferred.js";
import { like } from "@towpath/test-support/like.js";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { AuthorizationError, type WebSocketServerOptions } from "../../src/index.js";
import { frame } from "../support/frames.js";
import { META, opening, RawWebSocket } from "../support/raw-web-socket.js";
import { started } from "../support/start.js";

const server = (options?: WebSocketServerOptions) => started(new McpServer("server"), options);

describe("a WebSocket is opened", () => {
  it("with the subprotocol mcp, and no extension", async () => {
    const { port } = await server();
    const connection = await RawConnection.open(port);
    const offered = {
      "sec-websocket-extensions": "permessage-deflate",
      "sec-websocket-protocol": "chat, mcp",
    };
    await connection.write(opening(offered)).until("\r\n\r\n");
    expect(connection.received).toMatch(/^HTTP\/1\.1 101 /);
    expect(connection.received).toMatch(/\r\nsec-websocket-protocol: mcp\r\n/i);
    expect(connection.received).not.toMatch(/sec-websocket-extensions/i);
  });

  it("at its path, whatever the query", async () => {
    const { port } = await server({ path: "/tools" });
    const connection = await RawConnection.open(port);
    await connection.write(opening({}, "GET /tools?ticket=1 HTTP/1.1")).until("HTTP/1.1 101 ");
  });

  it("with a first message in the same packet as the request", async () => {
    const { port } = await server();
    const connection = await RawConnection.open(port);
    const ping = frame(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }));
    connection.write(Buffer.concat([Buffer.from(opening()), ping]));
    await connection.until('{"jsonrpc":"2.0","id":1,"result":{}}');
  });

  it("by a page of this machine's, but of no other origin", async () => {
    const { port } = await server();
    await RawWebSocket.open(port, { origin: "http://localhost:3000" });
    const { status, body } = await rawRequest(port, opening({ origin: "https://evil.example" }));
    expect([status, body]).toEqual([403, like(/https:\/\/evil\.example.*allowedOrigins/)]);
  });

  it("by pages of the origins that are allowed", async () => {
    const { port } = await server({ allowedOrigins: ["https://app.example"] });
    await RawWebSocket.open(port, { origin: "https://app.example" });
    expect((await rawRequest(port, opening({ origin: "http://localhost" }))).status).toBe(403);
  });
});

describe("a WebSocket is refused, with a status and a text, and the connection ended,", () => {
  it.each([
    ["for a host that is not served", opening({ host: "evil.example" }), 403, /Host "evil\.example"/],
    ["without a subprotocol", opening({ "sec-websocket-protocol": undefined }), 400, /mcp; none was offered/],
    ["without ours", opening({ "sec-websocket-protocol": "mcp2, MCP" }), 400, /mcp; it was not offered/],
    ["for another protocol than WebSocket", opening({ upgrade: "h2c" }), 426, /A WebSocket is opened here/],
    ["without a key", opening({ "sec-websocket-key": undefined }), 400, /Key/],
    ["in an unknown version", opening({ "sec-websocket-version": "99" }), 426, /Version/],
    ["with another method", opening({}, "POST /ws HTTP/1.1"), 405, /method/],
    ["with subprotocols that are none", opening({ "sec-websocket-protocol": "mcp, mcp" }), 400, /Protocol/],
  ])("%s", async (_, text, status, body) => {
    const { port } = await server();
    const connection = await RawConnection.open(port);
    const response = await connection.write(text).response();
    expect([response.status, response.body]).toEqual([status, like(body)]);
    expect(response.headers.get("connection")).toBe("close");
    await connection.closed;
  });

  it.each([
    ["method", opening({}, "POST /ws HTTP/1.1"), { allow: "GET" }],
    [
      "version, whose pages name their origin elsewhere",
      opening({ "sec-websocket-version": "8", "sec-websocket-origin": "https://evil.example" }),
      { upgrade: "websocket", "sec-websocket-version": "13" },
    ],
  ])("for another %s, and says which there is, before it is asked who is calling", async (_, text, says) => {
    let asked = false;
    const authorize = () => ({ id: String((asked = true)) });
    const { headers } = await rawRequest((await server({ authorize })).port, text);
    expect(Object.fromEntries(headers)).toMatchObject(says);
    expect(asked).toBe(false);
  });

  it("for any other request at its path, which is answered as such", async () => {
    const { port } = await server();
    const { status, headers, body } = await rawRequest(port, "GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect([status, headers.get("upgrade"), body]).toEqual([426, "websocket", like(/subprotocol mcp/)]);
  });

  it("at other paths", async () => {
    const { port } = await server();
    expect((await rawRequest(port, opening({}, "GET /other HTTP/1.1"))).status).toBe(404);
  });

  it("also to a client that goes on sending, and never ends its side", async () => {
    const { port } = await server();
    const connection = await RawConnection.open(port);
    connection.write(opening({ host: "evil.example" })).write(Buffer.alloc(1_000_000));
    expect((await connection.response()).status).toBe(403);
    await connection.closed;
  });
});

describe("authorize", () => {
  it("gives the principal, and handlers see it and the headers", async () => {
    const mcp = new McpServer("server");
    mcp.tool("who", {}, (_args, ctx) => `${String(ctx.principal?.id)} ${String(ctx.headers?.get("X-Name"))}`);
    const { port } = await started(mcp, {
      authorize: ({ query }) => ({ id: query.get("ticket") ?? "nobody" }),
    });
    const connection = await RawConnection.open(port);
    await connection.write(opening({ "x-name": "me" }, "GET /ws?ticket=ann HTTP/1.1")).until("101 ");
    const params = { name: "who", _meta: META };
    connection.write(frame(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })));
    await connection.until("ann me");
  });

  it("sees the head of the request", async () => {
    const seen = deferred<unknown>();
    const { port } = await server({
      authorize: ({ method, path, headers }) => {
        seen.resolve([method, path, headers.get("Authorization"), headers.get("constructor")]);
        return { id: "ann" };
      },
    });
    await RawWebSocket.open(port, { authorization: "Bearer 1" });
    expect(await seen.promise).toEqual(["GET", "/ws", "Bearer 1", null]);
  });

  it.each([
    ["nobody", (): null => null, 401, "Bearer"],
    ["nobody, in time", (): Promise<null> => Promise.resolve(null), 401, "Bearer"],
    [
      "that it is not enough",
      (): Principal => {
        throw new AuthorizationError(403, "No", 'Bearer scope="a"');
      },
      403,
      'Bearer scope="a"',
    ],
  ] as const)("says %s", async (_, authorize, status, challenge) => {
    const { port, errors } = await server({ authorize });
    const response = await rawRequest(port, opening());
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([status, challenge]);
    expect(errors).toEqual([]);
  });

  it("fails, which is told in no detail, and reported", async () => {
    const failure = new Error("secret");
    const { port, errors } = await server({ authorize: () => Promise.reject(failure) });
    const { status, body } = await rawRequest(port, opening());
    expect([status, body]).toEqual([500, expect.not.stringContaining("secret")]);
    expect(errors).toEqual([failure]);
  });

  it.each([
    ["a value", { "x-reason": "no\r\nset-cookie: a=b" }],
    ["a name", { "x-reason: no\r\nset-cookie": "a=b" }],
  ])("refuses with %s that no header can have, which is not sent, but reported", async (_, headers) => {
    const refusal = new RefusedError(403, "No", headers);
    const { port, errors } = await server({ authorize: () => Promise.reject(refusal) });
    const response = await rawRequest(port, opening());
    expect([response.status, response.headers.has("set-cookie")]).toEqual([500, false]);
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  it("refuses with headers of its own, but for those of the connection", async () => {
    const headers = { "Content-Type": "text/html", "Content-Length": "99999", "X-Reason": "none" };
    const refusal = new RefusedError(403, "No", headers);
    const { port } = await server({ authorize: () => Promise.reject(refusal) });
    const response = await rawRequest(port, opening());
    expect([response.status, response.body]).toEqual([403, "No\n"]);
    expect(["content-type", "content-length", "x-reason"].map((name) => response.headers.get(name))).toEqual([
      "text/html",
      "3",
      "none",
    ]);
  });

  it("takes too long, which is 503, and reported", async () => {
    const clock = new ManualClock();
    const asked = deferred();
    const { port, errors } = await server({
      clock,
      limits: { authorizeTimeoutMs: 1_000, maxConnections: 1 },
      authorize: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const connection = await RawConnection.open(port);
    const responding = connection.write(opening()).response();
    await asked.promise;
    clock.advance(1_000);
    const { status, headers } = await responding;
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(errors).toEqual([expect.objectContaining({ message: like(/1000 ms \(authorizeTimeoutMs\)/) })]);
  });

  it("leaves no timer behind", async () => {
    const clock = new ManualClock();
    const { port } = await server({
      clock,
      pingMs: Infinity,
      authorize: () => Promise.resolve({ id: "ann" }),
    });
    await RawWebSocket.open(port);
    expect(clock.pending).toBe(0);
  });

  it("gives something that is no principal", async () => {
    // A program that is not type-checked may give anything.
    const { port, errors } = await server({ authorize: () => ({}) as never });
    expect((await rawRequest(port, opening())).status).toBe(500);
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  it("takes its time, and the client does not wait for it", async () => {
    const [asked, answer] = [deferred(), deferred<{ id: string }>()];
    const { port, links, drain } = await server({
      authorize: () => {
        asked.resolve();
        return answer.promise;
      },
    });
    const connection = await RawConnection.open(port);
    connection.write(opening());
    await asked.promise;
    connection.vanish();
    answer.resolve({ id: "ann" });
    await drain();
    expect(links.count).toBe(0);
  });
});

describe("a dispatcher that cannot open a link", () => {
  it("closes the connection with 1011, whatever the client does, and is reported", async () => {
    const failure = new Error("no link");
    const { port, errors, drain } = await started({
      open: () => {
        throw failure;
      },
    });
    const sockets = await Promise.all([1, 2, 3].map(() => RawWebSocket.open(port)));
    for (const socket of sockets) expect(await socket.closing()).toEqual([1011, like(/server failed/)]);
    const [polite, rude, wrong] = sockets;
    polite?.message({ id: 1, method: "ping" }).close(1011);
    rude?.connection.vanish();
    wrong?.frame("garbage", { masked: false, reserved: 0x70 });
    await drain(0);
    await Promise.all(sockets.map(({ connection }) => connection.closed));
    expect(errors).toEqual([failure, failure, failure]);
  });
});

describe("connections at a time", () => {
  it("are bounded, and there is room again when one has ended", async () => {
    const { port, links } = await server({ limits: { maxConnections: 1 } });
    const first = await RawWebSocket.open(port);
    const { status, headers, body } = await rawRequest(port, opening());
    expect([status, headers.get("retry-after"), body]).toEqual([503, "1", like(/1 WebSockets are open/)]);
    first.close(1000);
    await links.none();
    await RawWebSocket.open(port);
  });

  it("are counted while it is not known who is calling", async () => {
    const answer = deferred<{ id: string }>();
    const asked = deferred();
    const { port } = await server({
      limits: { maxConnections: 1 },
      authorize: () => {
        asked.resolve();
        return answer.promise;
      },
    });
    const first = await RawConnection.open(port);
    first.write(opening());
    await asked.promise;
    expect((await rawRequest(port, opening())).status).toBe(503);
    answer.resolve({ id: "ann" });
    await first.until("101 ");
  });

  it.each([
    ["breaks off", (connection: RawConnection) => connection.vanish()],
    ["ends its side", (connection: RawConnection) => void connection.end()],
  ])("do not include one that %s meanwhile, whatever becomes of the question", async (_, leave) => {
    const answers: ((principal: Principal) => void)[] = [];
    let asked = deferred();
    const { port, links } = await server({
      limits: { maxConnections: 1 },
      authorize: () => {
        asked.resolve();
        return new Promise((resolve) => answers.push(resolve));
      },
    });
    const first = await RawConnection.open(port);
    first.write(opening());
    await asked.promise;
    leave(first);
    await first.closed;
    asked = deferred();
    const second = await RawConnection.open(port);
    await Promise.race([
      asked.promise,
      second
        .write(opening())
        .response()
        .then(({ body }) => Promise.reject(new Error(body))),
    ]);
    answers[0]?.({ id: "gone" });
    expect((await rawRequest(port, opening())).status).toBe(503); // so the place was given back once
    answers[1]?.({ id: "ann" });
    await second.until("101 ");
    expect(links.count).toBe(1);
  });
});
