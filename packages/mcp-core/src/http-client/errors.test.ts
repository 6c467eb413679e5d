import { describe, expect, it } from "vitest";
import { ForbiddenError, HttpStatusError, RedirectError, UnauthorizedError } from "./errors.js";

const url = new URL("https://user:secret@example.com/mcp?token=secret#secret");

describe("HttpStatusError", () => {
  it("says which status came from where, without what may be secret", () => {
    const error = new HttpStatusError({ url, status: 503 });
    expect(error.message).toBe(
      "https://example.com/mcp answered with status 503: it takes no requests at the moment",
    );
    expect(new HttpStatusError({ url, status: 418 }).message).toBe(
      "https://example.com/mcp answered with status 418",
    );
  });

  it("keeps the beginning of the body", () => {
    expect(new HttpStatusError({ url, status: 500 }).body).toBe("");
    expect(new HttpStatusError({ url, status: 500, body: "x".repeat(501) }).body).toBe("x".repeat(500));
  });
});

describe("UnauthorizedError and ForbiddenError", () => {
  it("are HttpStatusErrors with challenges", () => {
    const challenges = [{ scheme: "bearer", params: {} }];
    const errors = [new UnauthorizedError({ url }, challenges), new ForbiddenError({ url }, challenges)];
    for (const error of errors) expect(error).toBeInstanceOf(HttpStatusError);
    expect(errors).toMatchObject([
      { name: "UnauthorizedError", status: 401, challenges },
      { name: "ForbiddenError", status: 403, challenges },
    ]);
  });
});

describe("RedirectError", () => {
  it("says where to, without userinfo", () => {
    const to = new URL("https://ann:secret@elsewhere.example/mcp?x=1");
    const error = new RedirectError({ url, status: 302, to, why: "which is another origin" });
    expect(error.message).toBe(
      "https://example.com/mcp redirects to https://elsewhere.example/mcp, which is another origin. Use that URL, if you trust it",
    );
    expect(error).toMatchObject({ status: 302, location: "https://elsewhere.example/mcp?x=1" });
  });

  it("does without, where it is not known", () => {
    expect(new RedirectError({ url }).message).toBe(
      "https://example.com/mcp redirects. Use the URL it leads to, if you trust it",
    );
  });
});
