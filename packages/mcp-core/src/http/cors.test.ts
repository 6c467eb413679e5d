import { describe, expect, it } from "vitest";
import { corsHeaders, isPreflight, preflightHeaders } from "./cors.js";

const head = (method: string, headers: Record<string, string>) => ({
  method,
  path: "/",
  headers: new Headers(headers),
});

describe("corsHeaders", () => {
  it("names the origin and what its page may read", () => {
    const headers = corsHeaders("https://a.example");
    expect(headers).toMatchObject({ "access-control-allow-origin": "https://a.example", vary: "Origin" });
    for (const name of ["Mcp-Session-Id", "MCP-Protocol-Version", "WWW-Authenticate", "Retry-After"])
      expect(headers["access-control-expose-headers"]?.split(", ")).toContain(name);
  });
});

describe("isPreflight", () => {
  it("knows a preflight from other requests", () => {
    const asked = { origin: "https://a.example", "access-control-request-method": "POST" };
    expect(isPreflight(head("OPTIONS", asked))).toBe(true);
    expect(isPreflight(head("POST", asked))).toBe(false);
    expect(isPreflight(head("OPTIONS", { origin: "https://a.example" }))).toBe(false);
    expect(isPreflight(head("OPTIONS", { "access-control-request-method": "POST" }))).toBe(false);
  });
});

describe("preflightHeaders", () => {
  const allowed = (requested: string | null): string[] =>
    preflightHeaders("https://a.example", requested)["access-control-allow-headers"]?.split(", ") ?? [];

  it("allows the methods and the headers clients need, for a day", () => {
    expect(preflightHeaders("https://a.example", null)).toMatchObject({
      "access-control-allow-origin": "https://a.example",
      "access-control-allow-methods": "GET, POST, DELETE, OPTIONS",
      "access-control-max-age": "86400",
    });
    expect(allowed(null)).toEqual(
      expect.arrayContaining([
        "authorization",
        "content-type",
        "mcp-session-id",
        "mcp-method",
        "last-event-id",
      ]),
    );
  });

  it("allows headers that mirror arguments, as many as are asked for within reason, and no others", () => {
    const fixed = allowed(null);
    expect(allowed("Mcp-Param-Region, x-other,mcp-param-a b, mcp-param-id")).toEqual([
      ...fixed,
      "mcp-param-region",
      "mcp-param-id",
    ]);
    expect(
      allowed(Array.from({ length: 200 }, (_, index) => `mcp-param-${String(index)}`).join()),
    ).toHaveLength(fixed.length + 100);
  });
});
