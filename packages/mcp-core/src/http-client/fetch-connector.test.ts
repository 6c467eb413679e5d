import { describe, expect, it, onTestFinished, vi } from "vitest";
import { answered, failed } from "@towpath/test-support/recorded-answer.js";
import type { Connector } from "./connector.js";
import { RedirectError } from "./errors.js";
import { fetchConnector } from "./fetch-connector.js";

type Fetch = typeof globalThis.fetch;

const open = (fetch: Fetch): Connector => {
  const connector = fetchConnector({ fetch });
  onTestFinished(() => connector.close());
  return connector;
};

describe("fetchConnector", () => {
  it.each([
    ["nothing from a cache in a page", { origin: "http://app.test" }, { cache: "no-store" }],
    ["leaves caches alone elsewhere", undefined, {}],
  ])("asks for no redirects to be followed, and %s", async (_where, location, cache) => {
    vi.stubGlobal("location", location);
    onTestFinished(() => void vi.unstubAllGlobals());
    const inits: object[] = [];
    const connector = open((_url, init) => {
      inits.push({ ...init, signal: undefined });
      return Promise.resolve(new Response("{}"));
    });
    await answered(connector, "http://mcp.test/");
    await answered(connector, "http://mcp.test/", { method: "GET" });
    const each = { headers: {}, redirect: "manual", signal: undefined };
    expect(inits).toStrictEqual([
      { ...each, method: "POST", body: "{}" },
      { ...each, method: "GET", ...cache },
    ]);
  });

  it("calls fetch as browsers want it, and without userinfo, which it refuses", async () => {
    const calls: unknown[] = [];
    const connector = open(function (this: unknown, url) {
      calls.push(this, url);
      return Promise.resolve(new Response());
    });
    await answered(connector, "http://ann:secret@mcp.test/");
    expect(calls).toEqual([undefined, new URL("http://mcp.test/")]);
  });

  it("says that a redirect which a browser hides is not followed", async () => {
    const opaque = Object.defineProperty(new Response(), "type", { value: "opaqueredirect" });
    const { error } = await failed(
      open(() => Promise.resolve(opaque)),
      "http://mcp.test/",
    );
    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message).toBe("http://mcp.test/ redirects. Use the URL it leads to, if you trust it");
  });

  it.each([
    ["rejects", (error: Error) => Promise.reject(error)],
    [
      "throws",
      (error: Error) => {
        throw error;
      },
    ],
  ])("fails when fetch %s", async (_what, misbehave) => {
    const cause = new TypeError("Failed to fetch");
    const { error, sent } = await failed(
      open(() => misbehave(cause)),
      "http://mcp.test/",
    );
    expect([sent, error.message, error.cause]).toEqual([
      true,
      "mcp.test: the request failed: Failed to fetch",
      cause,
    ]);
  });
});
