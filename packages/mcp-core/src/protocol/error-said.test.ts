import { describe, expect, it } from "vitest";
import { errorSaid } from "./error-said.js";
import { RateLimitedError, RequestLostError } from "./errors.js";

describe("an error of the server's", () => {
  it.each([
    ["that the caller makes too many requests", -31004, { retryAfterMs: 5 }, RateLimitedError],
    ["that a request was lost", -31005, { retryable: true }, RequestLostError],
    ["that a request was lost, with nothing more", -31005, undefined, RequestLostError],
  ])("is what it says: %s", (_, code, data, kind) => {
    const said = { code, message: "m", ...(data !== undefined && { data }) };
    const error = errorSaid(said);
    expect(error).toBeInstanceOf(kind);
    expect(error.toJSON()).toEqual(said);
  });
});
