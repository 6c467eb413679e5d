import type { JsonObject, Reply } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import { retryAfterOf, statusOf } from "./statuses.js";

/** Status where the request was refused before any method began, and where a method answered with the error. */
const TABLE: readonly [
  code: number,
  what: string,
  handshake: [number, number],
  stateless: [number, number],
][] = [
  [-32600, "invalid request", [400, 200], [400, 200]],
  [-32601, "no such method", [200, 200], [404, 200]],
  [-32602, "invalid params", [200, 200], [400, 200]],
  [-32603, "internal error", [200, 200], [200, 200]],
  [-32002, "no such resource", [200, 200], [200, 200]],
  [-32020, "header mismatch", [400, 200], [400, 400]],
  [-32021, "missing capability of the client", [200, 200], [400, 400]],
  [-32022, "unsupported version", [400, 200], [400, 400]],
  [-31001, "busy", [503, 503], [503, 503]],
  [-31002, "shutting down", [503, 503], [503, 503]],
  [-31003, "too many rounds", [200, 200], [200, 200]],
  [-31004, "rate limited", [429, 429], [429, 429]],
  [12345, "an error of the author's own", [200, 200], [200, 200]],
];

describe("the status of a reply", () => {
  it.each(TABLE)("with error %i, %s", (code, _what, handshake, stateless) => {
    const error = { code, message: "why" };
    const statuses = (["handshake", "stateless"] as const).map((era) => [
      statusOf({ json: "", error, refused: true }, era),
      statusOf({ json: "", error }, era),
    ]);
    expect(statuses).toEqual([handshake, stateless]);
  });

  it("without an error is 200", () => {
    expect([statusOf({ json: "" }, "handshake"), statusOf({ json: "" }, "stateless")]).toEqual([200, 200]);
  });
});

describe("when to come again", () => {
  const reply = (data?: JsonObject): Reply => ({
    json: "",
    error: { code: -31004, message: "why", ...(data && { data }) },
  });

  it.each([
    ["what the error says, in whole seconds that are enough", 429, { retryAfterMs: 1001 }, "2"],
    ["a second at least", 429, { retryAfterMs: 1 }, "1"],
    ["a second where the error does not say", 503, undefined, "1"],
    ["a second where the error says nothing of use", 429, { retryAfterMs: -5 }, "1"],
  ])("is %s", (_, status, data, seconds) => {
    expect(retryAfterOf(status, reply(data))).toEqual({ "retry-after": seconds });
  });

  it("is not said with other statuses", () => {
    expect(retryAfterOf(200, reply({ retryAfterMs: 1 }))).toBeUndefined();
  });
});
