import { ManualClock } from "@towpath/mcp-core/testing";
import { RawConnection, rawRequest } from "@towpath/test-support/raw-connection.js";
import { webServer } from "@towpath/test-support/web-server.js";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { initialize, Visitor, type Plain } from "../support/visitor.js";

function text(method: string, path: string, headers: Plain = {}): string {
  const lines = Object.entries({ host: "localhost", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

describe("opening a session", () => {
  it("gives a stream that is not held back, and begins with where messages go", async () => {
    const { port } = await stage();
    const connection = await RawConnection.open(port);
    await connection.write(text("GET", "/sse", { accept: "text/event-stream" })).until("\n\n");
    const [head = "", events] = connection.received.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    for (const header of [
      "content-type: text/event-stream",
      "cache-control: no-cache, no-transform",
      "x-accel-buffering: no",
    ])
      expect(head).toContain(header);
    expect(events).toMatch(/event: endpoint\ndata: messages\?session=[0-9a-f-]{36}\n\n/);
  });

  it("gives each its own, that nobody can guess", async () => {
    const { url } = await stage();
    const visitors = await Promise.all(Array.from({ length: 20 }, () => Visitor.open(url)));
    expect(new Set(visitors.map(({ reference }) => reference)).size).toBe(20);
  });

  it("is of the paths that are asked for", async () => {
    const { url } = await stage({ path: "/tools/sse", messagePath: "/tools/in/messages" });
    expect(new URL(url).pathname).toBe("/tools/sse");
    const visitor = await Visitor.begin(url);
    expect(visitor.reference).toMatch(/^in\/messages\?session=/);
    expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: { content: [{ text: "3" }] } });
  });

  it("leads messages through a proxy that puts something before the paths", async () => {
    const { url } = await stage();
    const { hostname, port } = new URL(url);
    const proxy = await webServer((incoming, outgoing) => {
      const path = (incoming.url ?? "").replace(/^\/behind\/it/, "");
      const { method, headers } = incoming;
      const onward = request({ hostname, port, path, method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      outgoing.once("close", () => onward.destroy());
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    const visitor = await Visitor.begin(new URL("/behind/it/sse", proxy.url).href);
    expect(visitor.endpoint.pathname).toBe("/behind/it/messages");
    expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: {} });
  });

  it.each([
    [undefined, 200],
    ["*/*", 200],
    ["text/*;q=0.1", 200],
    ["text/event-stream, application/json", 200],
    ["application/json", 406],
    ["text/event-stream;q=0", 406],
  ])("is for clients that take events: Accept %s gets %i", async (accept, status) => {
    const { port } = await stage();
    const connection = await RawConnection.open(port);
    connection.write(text("GET", "/sse", accept === undefined ? {} : { accept }));
    await connection.until("\r\n\r\n");
    expect(connection.received).toContain(`HTTP/1.1 ${String(status)} `);
  });

  it.each([
    ["POST", "/sse", "GET"],
    ["PUT", "/sse", "GET"],
    ["HEAD", "/sse", "GET"],
    ["DELETE", "/sse", "GET"],
    ["OPTIONS", "/sse", "GET"],
    ["GET", "/messages", "POST"],
    ["DELETE", "/messages?session=x", "POST"],
  ])(
    "has no other method, so that clients of Streamable HTTP fall back on it: %s %s",
    async (method, path, allow) => {
      const { port } = await stage();
      const connection = await RawConnection.open(port);
      await connection.write(text(method, path)).until("\r\n\r\n");
      expect(connection.received).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
      expect(connection.received).toContain(`\r\nallow: ${allow}\r\n`);
    },
  );

  it("is not at other paths", async () => {
    const { port } = await stage();
    for (const path of ["/", "/sse/", "/SSE", "/messages/"])
      expect((await rawRequest(port, text("GET", path))).status).toBe(404);
  });

  it("keeps the stream in use", async () => {
    const clock = new ManualClock();
    const { port } = await stage({ clock, keepAliveMs: 1_000 });
    const connection = await RawConnection.open(port);
    await connection.write(text("GET", "/sse")).until("event: endpoint");
    expect(connection.received).not.toContain(": keep-alive\n\n");
    clock.advance(1_000);
    await connection.until(": keep-alive\n\n");
  });
});

describe("a session whose client does not introduce itself", () => {
  const timing = { limits: { introductionTimeoutMs: 5_000 }, keepAliveMs: Infinity };

  it("is ended in time", async () => {
    const clock = new ManualClock();
    const { url, links } = await stage({ clock, ...timing });
    const visitor = await Visitor.open(url);
    clock.advance(4_999);
    expect(links.count).toBe(1);
    clock.advance(1);
    expect(await visitor.rest()).toEqual([]);
    await links.none();
    expect(await visitor.notify("notifications/initialized")).toBe(404);
  });

  it("is ended in time whatever else it sends", async () => {
    const clock = new ManualClock();
    const { url, links } = await stage({ clock, ...timing });
    const visitor = await Visitor.open(url);
    expect(await visitor.request("ping")).toMatchObject({ result: {} });
    expect(await visitor.notify("notifications/initialized")).toBe(202);
    expect((await visitor.send("{")).status).toBe(400);
    expect(await visitor.request("initialize", {})).toMatchObject({ error: {} });
    clock.advance(5_000);
    expect(await visitor.rest()).toEqual([]);
    await links.none();
  });

  it("is not, once it has", async () => {
    const clock = new ManualClock();
    const { url, links } = await stage({ clock, ...timing });
    const [visitor, other] = [await Visitor.open(url), await Visitor.open(url)];
    await visitor.request("initialize", initialize());
    clock.advance(1_000_000);
    expect(await other.rest()).toEqual([]);
    expect(await visitor.request("ping")).toMatchObject({ result: {} });
    expect(links.count).toBe(1);
  });
});
