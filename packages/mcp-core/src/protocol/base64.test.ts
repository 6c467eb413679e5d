import { describe, expect, it } from "vitest";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "./base64.js";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 151) % 256);

describe("base64", () => {
  it.each([0, 1, 2, 3, 255, 100_000])("agrees with the platform's for %d bytes", (length) => {
    expect(encodeBase64(bytes(length))).toBe(Buffer.from(bytes(length)).toString("base64"));
    expect(decodeBase64(encodeBase64(bytes(length)))).toEqual(bytes(length));
  });

  it.each([0, 1, 2, 3, 255])("agrees with the platform's for URLs, for %d bytes", (length) => {
    expect(encodeBase64Url(bytes(length))).toBe(Buffer.from(bytes(length)).toString("base64url"));
    expect(decodeBase64Url(encodeBase64Url(bytes(length)))).toEqual(bytes(length));
  });

  it("refuses what is none", () => {
    expect(() => decodeBase64("?")).toThrow();
  });
});
