import { describe, expect, it } from "vitest";
import { fetchHandler, nodeHandler, type HttpOptions } from "../../src/index.js";
import { createServer } from "node:http";
import { listening } from "@towpath/test-support/listening.js";
import { rawRequest } from "@towpath/test-support/raw-connection.js";
import { postText, requestText, toolCall, type Headers } from "../support/requests.js";
import { calculator } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

const call = toolCall("stateless", "add", { a: 1, b: 2 });

type Row = readonly [headers: Headers, status: number];

async function statuses(port: number, rows: readonly Row[]): Promise<void> {
  for (const [headers, status] of rows)
    expect([headers, (await rawRequest(port, postText(call, headers))).status]).toEqual([headers, status]);
}

async function hosted(options: HttpOptions): Promise<number> {
  const handler = nodeHandler(calculator(), options);
  return Number(new URL(await listening(createServer(handler), handler)).port);
}

describe("what is served of Host and Origin", () => {
  it("is this machine's own, where it listens on loopback", async () => {
    const { port } = await startServer(calculator());
    await statuses(port, [
      [{ host: "localhost" }, 200],
      [{ host: `127.0.0.1:${String(port)}` }, 200],
      [{ host: "[::1]:80" }, 200],
      [{ host: "evil.example" }, 403],
      [{ host: "localhost.evil.example" }, 403],
      [{ host: "127.0.0.1.evil.example" }, 403],
      [{ origin: "http://localhost:3000" }, 200],
      [{ origin: "https://evil.example" }, 403],
      [{ origin: "null" }, 403],
      [{ host: "evil.example", origin: "http://evil.example" }, 403],
    ]);
  });

  it("is what is allowed besides, where it listens on loopback", async () => {
    const { port } = await startServer(calculator(), {
      allowedHosts: ["mcp.example"],
      allowedOrigins: ["https://app.example"],
    });
    await statuses(port, [
      [{ host: "mcp.example:8080" }, 200],
      [{ host: "localhost" }, 200],
      [{ host: "other.example" }, 403],
      [{ host: "mcp.example", origin: "https://app.example" }, 200],
      [{ host: "mcp.example", origin: "http://app.example" }, 403],
    ]);
  });

  it("is any Host, and no Origin, under a host of its own", async () => {
    await statuses(await hosted({}), [
      [{ host: "anything.example" }, 200],
      [{ host: "anything.example", origin: "https://anything.example" }, 403],
    ]);
    await statuses(await hosted({ allowedOrigins: [] }), [[{ origin: "http://localhost" }, 403]]);
    await statuses(await hosted({ allowedOrigins: ["*"] }), [[{ origin: "https://any.example" }, 200]]);
    await statuses(await hosted({ allowedHosts: ["mcp.example"] }), [
      [{ host: "mcp.example" }, 200],
      [{ host: "localhost" }, 403],
    ]);
  });

  it("says no without a word about what is allowed", async () => {
    const { port } = await startServer(calculator(), { allowedOrigins: ["https://secret.example"] });
    const refused = await rawRequest(port, postText(call, { origin: "https://evil.example" }));
    expect(JSON.parse(refused.body)).toEqual({
      jsonrpc: "2.0",
      error: {
        code: -32600,
        message: 'Pages from the Origin "https://evil.example" may not call; allowedOrigins says which may',
      },
    });
    expect(refused.headers.has("access-control-allow-origin")).toBe(false);
  });

  it("is asked for every method", async () => {
    const { port } = await startServer(calculator(), { sessions: true });
    for (const method of ["GET", "DELETE", "OPTIONS", "PUT"])
      expect((await rawRequest(port, requestText(method, { origin: "https://evil.example" }))).status).toBe(
        403,
      );
  });
});

describe("a page of an allowed origin", () => {
  const origin = "https://app.example";

  it("may read every answer, refusals included, and the headers it needs", async () => {
    const { port } = await startServer(calculator(), { allowedOrigins: [origin] });
    for (const text of [postText(call, { origin }), postText(call, { origin, accept: "text/html" })]) {
      const { headers } = await rawRequest(port, text);
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("vary")).toBe("Origin");
      for (const name of ["Mcp-Session-Id", "WWW-Authenticate", "Retry-After"])
        expect(headers.get("access-control-expose-headers")).toContain(name);
    }
  });

  it("may read streams", async () => {
    const { url } = await startServer(calculator(), { allowedOrigins: [origin], answers: "stream" });
    const headers = { ...call.headers, origin };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(call.message) });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(await response.text()).toContain('"text":"3"');
  });

  it("is told by a preflight what it may send", async () => {
    const { port } = await startServer(calculator(), { allowedOrigins: [origin] });
    const asked = "content-type, mcp-param-region, x-other";
    const { status, headers, body } = await rawRequest(
      port,
      requestText("OPTIONS", {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
      }),
    );
    expect([status, body]).toEqual([204, ""]);
    expect(headers.get("access-control-allow-origin")).toBe(origin);
    expect(headers.get("access-control-allow-methods")).toBe("GET, POST, DELETE, OPTIONS");
    const allowed = headers.get("access-control-allow-headers")?.split(", ");
    expect(allowed).toEqual(
      expect.arrayContaining(["authorization", "mcp-session-id", "last-event-id", "mcp-param-region"]),
    );
    expect(allowed).not.toContain("x-other");
  });

  it("is not told by anybody else's preflight", async () => {
    const { port } = await startServer(calculator(), { allowedOrigins: [origin] });
    const preflight = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const { status, headers } = await rawRequest(port, requestText("OPTIONS", preflight));
    expect([status, headers.has("access-control-allow-origin")]).toEqual([403, false]);
  });
});

describe("health and ready", () => {
  it("answer where it listens itself, to any Host and method, and nothing is cached", async () => {
    const { port } = await startServer(calculator());
    for (const [path, body] of [
      ["/health", "ok"],
      ["/ready", "ready"],
    ] as const) {
      const response = await rawRequest(
        port,
        requestText("GET", { host: "10.0.0.1" }, "", `${path}?probe=1`),
      );
      expect([response.status, response.body]).toEqual([200, body]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("answer elsewhere, or not at all, as the options say", async () => {
    const { port } = await startServer(calculator(), { health: "/live", ready: false });
    const paths = ["/live", "/health", "/ready"];
    const answers = paths.map(
      async (path) => (await rawRequest(port, requestText("GET", {}, "", path))).status,
    );
    expect(await Promise.all(answers)).toEqual([200, 404, 404]);
  });

  it("are not there under another host, unless it asks for them", async () => {
    const handler = fetchHandler(calculator());
    expect((await handler(new Request("http://localhost/health"))).status).toBe(404);
    const asked = fetchHandler(calculator(), { ready: "/ready" });
    expect((await asked(new Request("http://localhost/ready"))).status).toBe(200);
    await asked.drain();
    expect((await asked(new Request("http://localhost/ready"))).status).toBe(503);
  });
});
