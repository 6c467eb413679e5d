import { once } from "node:events";
import { Agent } from "node:http";
import type { Socket } from "node:net";
import { McpClient } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { selfSigned } from "@towpath/test-support/certificate.js";
import { closedPort } from "@towpath/test-support/closed-port.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { like } from "@towpath/test-support/like.js";
import { rawServer } from "@towpath/test-support/raw-server.js";
import { webServer } from "@towpath/test-support/web-server.js";
import { describe, expect, it } from "vitest";
import {
  AuthorizationError,
  ForbiddenError,
  HttpStatusError,
  RedirectError,
  UnauthorizedError,
  webSocketClient,
  type NodeWebSocketClientOptions,
} from "../../src/index.js";
import { otherServer } from "../support/other-server.js";
import { stage } from "../support/stage.js";
import { connected, started } from "../support/start.js";

/** What connecting fails with. */
async function failure(url: string, options?: NodeWebSocketClientOptions): Promise<Error> {
  const connecting = McpClient.connect(webSocketClient(url, options));
  const error: unknown = await connecting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error("It did not fail");
}

it("gives up what is being opened when no connection is wanted any more", async () => {
  const asked = deferred<Socket>();
  const { port } = await rawServer((socket) => asked.resolve(socket));
  const closing = new AbortController();
  const receiver = { message: () => undefined, noise: () => undefined };
  const transport = webSocketClient(`ws://127.0.0.1:${String(port)}/ws`);
  const connecting = transport.connect(receiver, closing.signal);
  const closed = once(await asked.promise, "close");
  closing.abort(new Error("no more"));
  await expect(connecting).rejects.toThrow("no more");
  await closed;
});

describe("the client opens a WebSocket", () => {
  it.each(["ws:", "http:"])("at a URL of %s", async (scheme) => {
    const { url } = await started(stage().mcp);
    const client = await connected(url.replace("ws:", scheme));
    expect(client.server?.name).toBe("stage");
  });

  it("with TLS, at one of https:", async () => {
    const tls = selfSigned();
    const { url } = await started(stage().mcp, { tls });
    const client = await connected(url.replace("wss:", "https:"), {}, { tls: { ca: tls.cert } });
    expect(client.server?.name).toBe("stage");
  });

  it("with headers that are asked for each time, and offers no compression", async () => {
    const seen: unknown[] = [];
    const { url } = await started(stage().mcp, {
      authorize: ({ headers }) => {
        seen.push([headers.get("authorization"), headers.get("sec-websocket-extensions")]);
        return { id: "ann" };
      },
    });
    let count = 0;
    const headers = () => Promise.resolve({ authorization: `Bearer ${String((count += 1))}` });
    await connected(url, {}, { headers });
    await connected(url, {}, { headers });
    expect(seen).toEqual([
      ["Bearer 1", null],
      ["Bearer 2", null],
    ]);
  });

  it("and offers what else is to be told as subprotocols", async () => {
    const offered = deferred<unknown>();
    const { url } = await started(stage().mcp, {
      authorize: ({ headers }) => {
        offered.resolve(headers.get("sec-websocket-protocol"));
        return { id: "ann" };
      },
    });
    await connected(url, {}, { protocols: ["bearer.c2VjcmV0"] });
    expect(await offered.promise).toBe("mcp,bearer.c2VjcmV0");
  });

  it("through an agent", async () => {
    const { url } = await started(stage().mcp);
    let made = 0;
    class Counting extends Agent {
      override createConnection(...how: Parameters<Agent["createConnection"]>) {
        made += 1;
        return super.createConnection(...how);
      }
    }
    await connected(url, {}, { agent: new Counting() });
    expect(made).toBe(1);
  });
});

describe("connecting fails", () => {
  it("with an UnauthorizedError for 401, which has the challenges", async () => {
    const { url } = await started(stage().mcp, {
      authorize: () => {
        throw new AuthorizationError(401, "Who are you?", 'Bearer realm="here"');
      },
    });
    const error = await failure(url);
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({
      status: 401,
      body: "Who are you?\n",
      challenges: [{ scheme: "bearer", params: { realm: "here" } }],
    });
  });

  it("with a ForbiddenError for 403", async () => {
    const { url } = await started(stage().mcp);
    const error = await failure(url, { headers: { origin: "https://evil.example" } });
    expect(error).toBeInstanceOf(ForbiddenError);
    expect(error).toMatchObject({ body: like(/allowedOrigins/) });
  });

  it("with an HttpStatusError for others, which has the beginning of what it says", async () => {
    const { url } = await webServer((_request, response) => response.writeHead(503).end("x".repeat(5_000)));
    const error = await failure(url);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({ status: 503, body: "x".repeat(500) });
  });

  it("also when the refusal never ends", async () => {
    const { url } = await webServer((_request, response) => void response.writeHead(404).write("gone"));
    expect(await failure(url)).toMatchObject({ status: 404, body: "gone" });
  });

  it("with a RedirectError, which is not followed", async () => {
    const { url } = await webServer((_request, response) =>
      response.writeHead(302, { location: "http://127.0.0.1:1/other" }).end(),
    );
    const error = await failure(url);
    expect(error).toBeInstanceOf(RedirectError);
    expect(error).toMatchObject({ status: 302, location: "http://127.0.0.1:1/other" });
  });

  const opens: readonly [string, RegExp, () => Promise<string>, NodeWebSocketClientOptions?][] = [
    [
      "a server that answers with a page",
      /answered with status 200/,
      async () => (await webServer((_request, response) => response.end("page"))).url,
    ],
    [
      "a server that takes no subprotocol",
      /did not take the subprotocol mcp/,
      async () => (await otherServer(() => undefined, { handleProtocols: () => false })).url,
    ],
    [
      "a server that takes another one",
      /did not take the subprotocol mcp/,
      async () => (await otherServer(() => undefined, { handleProtocols: () => "chat" })).url,
    ],
    [
      "a server that takes another one that was offered",
      /did not take the subprotocol mcp/,
      async () => (await otherServer(() => undefined, { handleProtocols: () => "chat" })).url,
      { protocols: ["chat"] },
    ],
    [
      "a server that does not speak HTTP",
      /not HTTP/,
      async () => (await rawServer((socket) => socket.write("SSH-2.0-x\r\n\r\n"))).url,
    ],
    [
      "a server that has not read the key",
      /Sec-WebSocket-Accept/,
      async () => {
        const head = [
          "HTTP/1.1 101 OK",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Accept: x",
        ];
        return (await rawServer((socket) => socket.write([...head, "", ""].join("\r\n")))).url;
      },
    ],
    [
      "a server that ends the connection",
      /closed before the answer came/,
      async () => (await rawServer((socket) => socket.end())).url,
    ],
    [
      "a server that never answers",
      /not open within 50 ms \(connectTimeoutMs\)/,
      async () => (await rawServer(() => undefined)).url,
      { connectTimeoutMs: 50 },
    ],
    [
      "headers that never come",
      /not open within 50 ms \(connectTimeoutMs\)/,
      async () => (await started(stage().mcp)).url,
      { connectTimeoutMs: 50, headers: () => new Promise(() => undefined) },
    ],
    [
      "no server",
      /nothing accepts connections there \(ECONNREFUSED\)/,
      async () => `ws://127.0.0.1:${String(await closedPort())}/ws`,
    ],
    [
      "a certificate that nobody knows",
      /tls\.ca/,
      async () => (await started(stage().mcp, { tls: selfSigned() })).url,
    ],
  ];

  it.each(opens)("with a ConnectionLostError for %s", async (_, message, start, options) => {
    const error = await failure(await start(), options);
    expect(error).toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: false });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^No WebSocket could be opened at wss?:\/\/127\.0\.0\.1:\d+\//);
  });

  it.each([
    [
      "throw",
      (error: Error): never => {
        throw error;
      },
    ],
    ["reject with", (error: Error): Promise<never> => Promise.reject(error)],
  ])("with what the headers %s, and leaves no timer behind", async (_, fails) => {
    const { url, links } = await started(stage().mcp);
    const [error, clock] = [new Error("no token"), new ManualClock()];
    expect(await failure(url, { headers: () => fails(error), clock })).toBe(error);
    expect([links.count, clock.pending]).toEqual([0, 0]);
  });

  it("without a request when the headers come too late", async () => {
    const { url, links } = await started(stage().mcp);
    const late = deferred<Record<string, string>>();
    await failure(url, { connectTimeoutMs: 20, headers: () => late.promise });
    late.resolve({});
    await connected(url); // behind which nothing can be under way any more
    expect(links.count).toBe(1);
  });

  it("and shows no ticket in its message", async () => {
    const error = await failure(`ws://127.0.0.1:${String(await closedPort())}/ws?ticket=secret`);
    expect(error.message).not.toContain("secret");
  });
});

describe("the client refuses", () => {
  it.each([
    ["what is no URL", "example", /absolute/],
    ["another scheme", "ftp://example.com", /ws: or wss:, not ftp:/],
    ["credentials in the URL", "ws://ann:secret@example.com", /^(?!.*secret).*Credentials/],
  ])("%s", (_, url, message) => {
    expect(() => webSocketClient(url)).toThrow(TypeError);
    expect(() => webSocketClient(url)).toThrow(message);
  });

  it.each([
    [{ timeout: 1 }, TypeError, /timeout/],
    [{ headers: { host: "x" } }, TypeError, /host/],
    [{ protocols: ["mcp"] }, TypeError, /besides mcp/],
    [{ protocols: ["a secret"] }, TypeError, /^(?!.*secret).*protocols\[0\]/],
    [{ protocols: "mcp" }, TypeError, /array/],
    [{ maxMessageBytes: 0 }, RangeError, /maxMessageBytes/],
    [{ connectTimeoutMs: 0 }, RangeError, /connectTimeoutMs/],
    [{ closeTimeoutMs: -1 }, RangeError, /closeTimeoutMs/],
    [{ pingMs: NaN }, RangeError, /pingMs/],
  ])("the options %o", (options, error, message) => {
    const make = () => webSocketClient("ws://localhost", options as never);
    expect(make).toThrow(error);
    expect(make).toThrow(message);
  });
});
