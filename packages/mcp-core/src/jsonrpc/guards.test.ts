import fc from "fast-check";
import { describe as suite, expect, it } from "vitest";
import {
  describe,
  invalidMessage,
  isNotification,
  isParams,
  isRequest,
  isRequestId,
  isResponse,
  readableId,
  shortened,
} from "./guards.js";

const goodIds = ["", "a", "constructor", 0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
const badIds = [null, undefined, 1.5, 2 ** 53, -(2 ** 53), NaN, Infinity, true, {}, [], [1]];

suite("request ids", () => {
  it.each(goodIds)("may be %j", (id) => {
    expect(isRequestId(id)).toBe(true);
    expect(isRequest({ jsonrpc: "2.0", id, method: "ping" })).toBe(true);
    expect(readableId({ id, method: 5 })).toBe(id);
  });

  it.each(badIds)("may not be %j", (id) => {
    const message = { jsonrpc: "2.0", id, method: "ping" };
    expect(isRequestId(id)).toBe(false);
    expect(isRequest(message)).toBe(false);
    expect(isNotification(message)).toBe(false);
    expect(readableId(message)).toBeUndefined();
  });

  it("are not taken from anything but an object", () => {
    for (const value of [undefined, null, 1, "id", ["id"]]) expect(readableId(value)).toBeUndefined();
  });
});

suite("guards", () => {
  it("take a message without an id for a notification, and no other", () => {
    expect(isNotification({ jsonrpc: "2.0", method: "m" })).toBe(true);
    expect(isRequest({ jsonrpc: "2.0", method: "m" })).toBe(false);
    expect(isNotification({ jsonrpc: "2.0", id: null, method: "m" })).toBe(false);
  });

  it("leave params to be judged later", () => {
    expect(isRequest({ jsonrpc: "2.0", id: 1, method: "m", params: [1] })).toBe(true);
    expect(isNotification({ jsonrpc: "2.0", method: "m", params: "text" })).toBe(true);
  });

  it("take results that are objects, for an id", () => {
    expect(isResponse({ jsonrpc: "2.0", id: 1, result: {} })).toBe(true);
    for (const result of [null, 5, "text", [], true]) {
      expect(isResponse({ jsonrpc: "2.0", id: 1, result })).toBe(false);
    }
    expect(isResponse({ jsonrpc: "2.0", id: null, result: {} })).toBe(false);
    expect(isResponse({ jsonrpc: "2.0", result: {} })).toBe(false);
  });

  it("take errors with an integer code and a message, the id null or absent where it could not be read", () => {
    const error = { code: -32700, message: "no" };
    for (const id of [{ id: 1 }, { id: "a" }, { id: null }, {}]) {
      expect(isResponse({ jsonrpc: "2.0", ...id, error })).toBe(true);
    }
    expect(isResponse({ jsonrpc: "2.0", id: 1.5, error })).toBe(false);
    for (const wrong of [
      { code: 1.5, message: "no" },
      { code: "1", message: "no" },
      { code: 1 },
      null,
      "no",
    ]) {
      expect(isResponse({ jsonrpc: "2.0", id: 1, error: wrong })).toBe(false);
    }
  });

  it("take nothing that is two things at once", () => {
    const error = { code: 1, message: "no" };
    expect(isResponse({ jsonrpc: "2.0", id: 1, result: {}, error })).toBe(false);
    expect(isResponse({ jsonrpc: "2.0", id: 1, method: "m", result: {} })).toBe(false);
  });

  it("take no other version of JSON-RPC", () => {
    for (const jsonrpc of [undefined, "1.0", 2, 2.0, "2", null]) {
      expect(isRequest({ jsonrpc, id: 1, method: "m" })).toBe(false);
      expect(isNotification({ jsonrpc, method: "m" })).toBe(false);
      expect(isResponse({ jsonrpc, id: 1, result: {} })).toBe(false);
    }
  });

  it("accept at most one kind, and no value that is not an object", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const kinds = [isRequest, isNotification, isResponse].filter((guard) => guard(value));
        expect(kinds.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

suite("invalidMessage", () => {
  it.each([
    [5, "a message is an object, not 5"],
    [null, "a message is an object, not null"],
    ["text", 'a message is an object, not "text"'],
    [[], "a message is an object, not an array"],
    [{}, '"jsonrpc" must be "2.0", not missing'],
    [{ jsonrpc: 2 }, '"jsonrpc" must be "2.0", not 2'],
    [{ jsonrpc: "2.0" }, '"method" is missing'],
    [{ jsonrpc: "2.0", method: 5 }, '"method" must be a string, not 5'],
    [{ jsonrpc: "2.0", method: "m", id: null }, '"id" must be a string or a safe integer, not null'],
    [{ jsonrpc: "2.0", method: "m", id: 1.5 }, '"id" must be a string or a safe integer, not 1.5'],
    [
      { jsonrpc: "2.0", id: 1, result: 5 },
      'a response needs an object as "result", and the "id" of its request',
    ],
    [{ jsonrpc: "2.0", id: 1, result: {}, error: {} }, 'a response has "result" or "error", not both'],
    [{ jsonrpc: "2.0", id: 1, error: "no" }, '"error" must have an integer "code" and a string "message"'],
  ])("says of %j what is wrong", (value, reason) => {
    expect(invalidMessage(value)).toMatchObject({ code: -32600, message: `Invalid request: ${reason}` });
  });
});

suite("params", () => {
  it("are an object, or left out", () => {
    expect([undefined, {}, { a: 1 }].every(isParams)).toBe(true);
    expect([null, [], [1], "s", 7, true].some(isParams)).toBe(false);
  });
});

suite("describe", () => {
  it("names what a value is", () => {
    const values = [undefined, null, "text", 5, false, [1], { a: 1 }];
    expect(values.map(describe)).toEqual([
      "missing",
      "null",
      '"text"',
      "5",
      "false",
      "an array",
      "an object",
    ]);
  });

  it("never gives away more than 40 characters of a value", () => {
    expect(describe("x".repeat(1_000_000))).toBe(`"${"x".repeat(40)}…"`);
    fc.assert(
      fc.property(fc.string({ minLength: 41, maxLength: 200, unit: "binary" }), (text) => {
        const shown: unknown = JSON.parse(describe(text));
        expect(shown).toBe(`${text.slice(0, 40)}…`);
      }),
    );
  });

  it("makes one line of anything", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(describe(value)).not.toMatch(/\n/);
        expect(describe(value).length).toBeLessThan(300);
      }),
    );
  });
});

suite("shortened", () => {
  it("keeps what is short, and cuts what is not", () => {
    expect(shortened("tools/list")).toBe("tools/list");
    expect(shortened("x".repeat(128))).toBe("x".repeat(128));
    expect(shortened("x".repeat(5000))).toBe(`${"x".repeat(128)}…`);
  });
});
