import { McpServer } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { DEFAULT_SSE_LIMITS, fetchHandler, nodeHandler, sse, type SseOptions } from "../index.js";
import { sseSettings } from "./options.js";

const mcp = new McpServer("server");

/** Options as a program without types may give them. */
const wrong = (options: Readonly<Record<string, unknown>>): SseOptions => options;

const WRONG: readonly [options: Readonly<Record<string, unknown>>, error: RegExp][] = [
  [{ path: "sse" }, /path must be a path that begins with a slash, not "sse"/],
  [{ path: false }, /path must be a path that begins with a slash, not false/],
  [{ path: "/a/../b" }, /path is compared as it is sent, percent-encoded: it must be "\/b"/],
  [{ messagePath: "/a?b" }, /messagePath must be a path/],
  [{ messagePath: 5 }, /messagePath must be a path that begins with a slash, not 5/],
  [{ path: "/a", messagePath: "/a" }, /path and messagePath must differ, and both are \/a/],
  [{ keepAliveMs: 0 }, /keepAliveMs must be more than 0, not 0/],
  [{ keepAliveMs: "5" }, /keepAliveMs must be more than 0, not "5"/],
  [{ messagesPath: "/m" }, /There is no "messagesPath" in the options, but path, messagePath, /],
  [{ toString: true }, /There is no "toString" in the options/],
  [{ authorize: "Bearer" }, /authorize must be a function, not "Bearer"/],
  [{ onError: null }, /onError must be a function, not null/],
  [{ allowedHosts: ["https://example.com"] }, /allowedHosts: "https:\/\/example.com" is no host/],
  [{ allowedOrigins: ["example.com"] }, /allowedOrigins: "example.com" is no origin/],
  [{ limits: 5 }, /limits must be an object, not 5/],
  [{ limits: { maxSession: 5 } }, /There is no "maxSession" in limits, but maxBodyBytes, /],
  [{ limits: { maxSessions: 0 } }, /maxSessions must be a positive integer or Infinity, not 0/],
  [
    { limits: { introductionTimeoutMs: "1" } },
    /introductionTimeoutMs must be a positive integer or Infinity/,
  ],
];

describe("an option that is not what it must be", () => {
  it.each(WRONG)("is refused where it is written: %j", (options, error) => {
    expect(() => sse(wrong(options))).toThrow(error);
    expect(() => nodeHandler(mcp, wrong(options))).toThrow(error);
    expect(() => fetchHandler(mcp, wrong(options))).toThrow(error);
  });

  it("is refused where it says how to listen, and somebody else does", () => {
    expect(() => nodeHandler(mcp, wrong({ port: 8000 }))).toThrow(/There is no "port" in the options/);
    expect(() => sse({ port: 0 }).mount(mcp, { loopbackOnly: true })).toThrow(/pass them to httpServer/);
  });
});

describe("options that are left out", () => {
  it("have their defaults, as have those that are undefined", () => {
    const settings = sseSettings(wrong({ path: undefined, limits: { maxSessions: undefined } }));
    expect(settings).toMatchObject({ path: "/sse", messagePath: "/messages", keepAliveMs: 15_000 });
    expect(settings.limits).toEqual(DEFAULT_SSE_LIMITS);
  });
});

describe("a server that speaks nothing of the handshake era", () => {
  const modern = new McpServer("modern", { revisions: ["2026-07-28"] });
  const why =
    /carries the revisions from 2024-11-05 to 2025-11-25, .* but 2026-07-28: serve it over Streamable HTTP/;

  it("cannot be served here, and is told so", async () => {
    expect(() => nodeHandler(modern)).toThrow(why);
    expect(() => fetchHandler(modern)).toThrow(why);
    expect(() => sse().mount(modern, { loopbackOnly: true })).toThrow(why);
    await expect(sse({ port: 0 }).start(modern)).rejects.toThrow(why);
  });
});
