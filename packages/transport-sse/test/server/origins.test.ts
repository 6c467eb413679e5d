import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { Visitor, type Plain } from "../support/visitor.js";

async function statusOf(port: number, headers: Plain): Promise<number> {
  const connection = await RawConnection.open(port);
  const lines = Object.entries({ host: "localhost", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  await connection.write(`GET /sse HTTP/1.1\r\n${lines.join("")}\r\n`).until("\r\n\r\n");
  return Number(connection.received.split(" ")[1]);
}

describe("what is served of Host and Origin", () => {
  it.each<[Plain, number]>([
    [{}, 200],
    [{ host: "[::1]:80" }, 200],
    [{ host: "evil.example" }, 403],
    [{ origin: "http://localhost:3000" }, 200],
    [{ origin: "https://evil.example" }, 403],
    [{ host: "evil.example", origin: "http://evil.example" }, 403],
  ])("is this machine's own, on loopback: %j gets %i", async (headers, status) => {
    const { port } = await stage();
    expect(await statusOf(port, headers)).toBe(status);
  });

  it("is what is allowed besides", async () => {
    const { port } = await stage({ allowedHosts: ["mcp.example"], allowedOrigins: ["https://app.example"] });
    expect(await statusOf(port, { host: "mcp.example", origin: "https://app.example" })).toBe(200);
    expect(await statusOf(port, { origin: "http://localhost" })).toBe(403);
  });
});

describe("a page of an allowed origin", () => {
  const origin = "https://app.example";
  const options = { allowedOrigins: [origin] };

  it("may read its stream, as EventSource asks for it", async () => {
    const { url } = await stage(options);
    const { response } = await Visitor.open(url, { origin, "cache-control": "no-cache" });
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.headers.get("vary")).toBe("Origin");
  });

  it("may post messages, and ask before", async () => {
    const { url } = await stage(options);
    const visitor = await Visitor.open(url, { origin });
    const preflight = await fetch(visitor.endpoint, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,mcp-protocol-version",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    for (const name of ["authorization", "content-type", "mcp-protocol-version"])
      expect(preflight.headers.get("access-control-allow-headers")).toContain(name);
    const taken = await visitor.post({ jsonrpc: "2.0", id: 1, method: "ping" });
    expect([taken.status, taken.headers.get("access-control-allow-origin")]).toEqual([202, origin]);
  });

  it("may read why it was refused", async () => {
    const { url } = await stage(options);
    const refused = await fetch(new URL("messages?session=x", url), {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
    });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([404, origin]);
    const other = await fetch(url, { method: "PUT", headers: { origin } });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, OPTIONS"]);
  });

  it("of no other origin may", async () => {
    const { url } = await stage(options);
    const visitor = await Visitor.open(url, { origin });
    const { status, headers } = await visitor.post({}, { origin: "https://evil.example" });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });
});
