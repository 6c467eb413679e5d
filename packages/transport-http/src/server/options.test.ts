import { McpServer } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_HTTP_LIMITS,
  fetchHandler,
  nodeHandler,
  streamableHttp,
  type HttpOptions,
} from "../index.js";
import { httpSettings } from "./options.js";

const mcp = new McpServer("server");

/** Options as a program without types may give them. */
const wrong = (options: Readonly<Record<string, unknown>>): HttpOptions => options;

const WRONG: readonly [options: Readonly<Record<string, unknown>>, error: RegExp][] = [
  [{ path: "mcp" }, /path must be a path that begins with a slash, not "mcp"/],
  [{ path: "/mcp?x" }, /path must be a path/],
  [{ path: "/a b" }, /path must be a path/],
  [{ path: "/é" }, /path is compared as it is sent, percent-encoded: it must be "\/%C3%A9", not "\/é"/],
  [{ path: "/a/../b" }, /path is compared as it is sent, percent-encoded: it must be "\/b"/],
  [{ ready: "/<x>" }, /ready is compared as it is sent, percent-encoded: it must be "\/%3Cx%3E"/],
  [{ path: 5 }, /path must be a path/],
  [{ health: "health" }, /health must be a path/],
  [{ ready: "" }, /ready must be a path/],
  [{ answers: "json" }, /answers must be "auto" or "stream", not "json"/],
  [{ streamAfterMs: 0 }, /streamAfterMs must be more than 0, not 0/],
  [{ streamAfterMs: NaN }, /streamAfterMs must be more than 0, not NaN/],
  [{ keepAliveMs: -1 }, /keepAliveMs must be more than 0, not -1/],
  [{ retryMs: 1.5 }, /retryMs must be a whole number of milliseconds, not 1.5/],
  [{ retryMs: -1 }, /retryMs must be a whole number/],
  [{ retryMs: "5" }, /retryMs must be a whole number of milliseconds, not "5"/],
  [{ keepAliveMs: "5" }, /keepAliveMs must be more than 0, not "5"/],
  [{ sessions: "yes" }, /sessions must be true or false, not "yes"/],
  [{ sesions: true }, /There is no "sesions" in the options, but path, sessions, /],
  [{ toString: true }, /There is no "toString" in the options/],
  [{ resumable: { ttl: 5 } }, /There is no "ttl" in resumable, but ttlMs, maxBytes/],
  [{ resumable: null }, /resumable must be an object, not null/],
  [{ limits: 5 }, /limits must be an object, not 5/],
  [{ limits: { constructor: 5 } }, /There is no "constructor" in limits/],
  [{ resumable: { ttlMs: 0 } }, /resumable.ttlMs must be more than 0, not 0/],
  [{ resumable: { maxBytes: NaN } }, /resumable.maxBytes must be more than 0, not NaN/],
  [
    { allowedHosts: "example.com" },
    /allowedHosts must be an array, as in \["example.com"\], not "example.com"/,
  ],
  [{ allowedOrigins: "https://x" }, /allowedOrigins must be an array, as in \["https:\/\/example.com"\]/],
  [{ allowedHosts: ["https://example.com"] }, /allowedHosts: "https:\/\/example.com" is no host/],
  [{ allowedOrigins: ["example.com"] }, /allowedOrigins: "example.com" is no origin/],
  [{ authorize: "x" }, /authorize must be a function, not "x"/],
  [{ authorize: null }, /authorize must be a function, not null/],
  [{ onError: 5 }, /onError must be a function, not 5/],
  [{ limits: { maxSize: 5 } }, /There is no "maxSize" in limits, but maxBodyBytes, /],
  ...Object.keys(DEFAULT_HTTP_LIMITS).map((name): [Readonly<Record<string, unknown>>, RegExp] => [
    { limits: { [name]: 0 } },
    new RegExp(`${name} must be a positive integer or Infinity, not 0`),
  ]),
  [{ limits: { maxBatch: "5" } }, /maxBatch must be a positive integer or Infinity, not "5"/],
];

describe("an option that is wrong", () => {
  it.each(WRONG)("throws where the handler is made: %j", (options, error) => {
    expect(() => nodeHandler(mcp, wrong(options))).toThrow(error);
    expect(() => fetchHandler(mcp, wrong(options))).toThrow(error);
  });

  it.each(WRONG)("throws where the transport is made: %j", (options, error) => {
    expect(() => streamableHttp(wrong(options))).toThrow(error);
  });

  it.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ headersTimeoutMs: 0 }, /headersTimeoutMs must be a positive integer or Infinity, not 0/],
    [{ keepAliveTimeoutMs: -1 }, /keepAliveTimeoutMs must be/],
    [{ maxConnections: 1.5 }, /maxConnections must be/],
    [{ drainDelayMs: Infinity }, /drainDelayMs must be/],
    [{ drainDelayMs: -1 }, /drainDelayMs must be/],
    [{ port: -1 }, /port must be/],
    [{ port: 65_536 }, /port must be/],
    [{ port: NaN }, /port must be/],
    [{ port: "8000" }, /port must be an integer from 0 to 65535, not "8000"/],
    [{ host: "" }, /host must be a name or an address, as "127.0.0.1" or "::", not ""/],
    [{ host: null }, /host must be a name or an address/],
    [{ tls: null }, /tls must have a key and a cert, a pfx or an SNICallback, not be null/],
    [{ tls: {} }, /tls must have a key and a cert/],
    [{ tls: { key: "k" } }, /tls must have a key and a cert/],
    [{ prot: 8000 }, /There is no "prot" in the options/],
  ])("throws where a server is to listen: %j", (options, error) => {
    expect(() => streamableHttp(wrong(options))).toThrow(error);
  });

  it("may not give one path two meanings", () => {
    expect(() => nodeHandler(mcp, { health: "/mcp" })).toThrow(/must differ, and \/mcp is there twice/);
    expect(() => nodeHandler(mcp, { health: "/x", ready: "/x" })).toThrow(/must differ/);
  });
});

describe("an option that is undefined", () => {
  it("has its default, within others, too", () => {
    const undefineds = { limits: { maxBatch: undefined }, resumable: { ttlMs: undefined, maxBytes: 5 } };
    const { limits, resumable } = httpSettings(wrong({ ...undefineds, authorize: undefined }));
    expect(limits).toEqual(DEFAULT_HTTP_LIMITS);
    expect(resumable).toEqual({ ttlMs: 300_000, maxBytes: 5 });
  });
});

describe("limits without an end", () => {
  it("are taken", async () => {
    const limits = Object.fromEntries(Object.keys(DEFAULT_HTTP_LIMITS).map((name) => [name, Infinity]));
    const endless = { headersTimeoutMs: Infinity, keepAliveTimeoutMs: Infinity, maxConnections: Infinity };
    const listener = await streamableHttp({
      limits,
      sessions: true,
      keepAliveMs: Infinity,
      ...endless,
    }).start(mcp);
    const response = await fetch(new URL("/health", listener.urls?.[0]));
    expect([response.status, await response.text()]).toEqual([200, "ok"]);
    await listener.drain();
  });
});

describe("a server that cannot listen", () => {
  it("says so where it is started", async () => {
    const listener = await streamableHttp({ port: 0 }).start(mcp);
    const port = Number(new URL(listener.urls?.[0] ?? "").port);
    await expect(streamableHttp({ port }).start(mcp)).rejects.toThrow(/EADDRINUSE/);
    await listener.drain();
  });
});
