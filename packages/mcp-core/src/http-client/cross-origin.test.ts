import { afterEach, describe, expect, it, vi } from "vitest";
import { CrossOriginError, foreignPage } from "./cross-origin.js";

const url = new URL("https://mcp.test/mcp?key=secret");

describe("foreignPage", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is there in a page of another origin alone", () => {
    expect(foreignPage(url)).toBeUndefined();
    vi.stubGlobal("location", { origin: "https://mcp.test" });
    expect(foreignPage(url)).toBeUndefined();
    vi.stubGlobal("location", { origin: "https://app.test" });
    expect(foreignPage(url)).toBe("https://app.test");
    vi.stubGlobal("location", {});
    expect(foreignPage(url)).toBeUndefined();
  });
});

describe("CrossOriginError", () => {
  const error = new CrossOriginError(url, "https://app.test", new TypeError("Failed to fetch"));

  it("names the server, without what may be secret, and the page", () => {
    expect(error.message).toContain("https://mcp.test/mcp ");
    expect(error.message).toContain("https://app.test ");
  });
});
