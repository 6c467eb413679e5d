import { describe, expect, it } from "vitest";
import type { ClientTransport } from "../contract/index.js";
import { remoteTransport, type RemoteTransports } from "./remote-transport.js";

type Made = [kind: string, url: string, options: object | undefined];

/** Transports that only tell how they were made. */
function told(): { made: Made[]; all: Required<RemoteTransports> } {
  const made: Made[] = [];
  const maker =
    (kind: string) =>
    (url: string | URL, options?: object): ClientTransport => {
      made.push([kind, String(url), options]);
      return { name: kind, connect: () => Promise.reject(new Error("not connected here")) };
    };
  return { made, all: { streamableHttp: maker("http"), sse: maker("sse"), ws: maker("ws") } };
}

describe("remoteTransport", () => {
  it.each([
    ["http://mcp.test/mcp", "http"],
    ["https://mcp.test/sse", "http"],
    ["ws://mcp.test/ws", "ws"],
    ["WSS://mcp.test/ws", "ws"],
  ])("for %s is %s", (url, kind) => {
    const { all, made } = told();
    expect(remoteTransport(url, all).name).toBe(kind);
    expect(made).toHaveLength(1);
  });

  it("hands its options on, to the older transport as well", () => {
    const { all, made } = told();
    const options = { headers: { authorization: "Bearer x" } };
    remoteTransport("http://mcp.test/mcp", all, options);
    const [, , handed] = made[0] ?? [];
    expect(handed).toMatchObject(options);
    const { sse } = handed as { sse: (url: URL) => ClientTransport };
    expect(sse(new URL("http://mcp.test/mcp")).name).toBe("sse");
    expect(made[1]).toEqual(["sse", "http://mcp.test/mcp", options]);
  });

  it("speaks HTTP+SSE at once where there is nothing newer", () => {
    const { all } = told();
    expect(remoteTransport("http://mcp.test/sse", { sse: all.sse }).name).toBe("sse");
  });

  it("falls back on nothing where there is nothing older", () => {
    const { all, made } = told();
    remoteTransport("http://mcp.test/mcp", { streamableHttp: all.streamableHttp });
    expect(made).toEqual([["http", "http://mcp.test/mcp", undefined]]);
  });

  it.each([
    ["http://mcp.test", {}, /install @towpath\/transport-http, and pass its client as "streamableHttp"/],
    ["ws://mcp.test", {}, /install @towpath\/transport-ws, and pass its client as "ws"/],
    ["file:///etc/passwd", {}, /begins with http:, https:, ws: or wss:, not "file:"/],
    ["mcp.test/mcp?token=secret", {}, /is absolute, as in https:\/\/example.com\/mcp$/],
  ])("says what is wrong with %s", (url, transports, error) => {
    expect(() => remoteTransport(url, transports)).toThrow(error);
  });
});
