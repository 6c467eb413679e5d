import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wire } from "../../test/support/link.js";
import { encode, EncodedResult, encodeNotification, errorReply, resultReply } from "./encode.js";
import { isNotification, isRequest, isResponse } from "./guards.js";
import type { JsonObject, JsonRpcMessage, JsonValue, RequestId } from "./messages.js";

const id = fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger()) as fc.Arbitrary<RequestId>;
// Once through JSON, because of -0, the one number it does not keep.
const plain = fc
  .jsonValue({ stringUnit: "binary" })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
const object = fc.dictionary(fc.string({ unit: "binary" }), plain) as fc.Arbitrary<JsonObject>;
const version = { jsonrpc: "2.0" as const };
const error = fc.record(
  { code: fc.integer(), message: fc.string({ unit: "binary" }), data: plain },
  { requiredKeys: ["code", "message"] },
);
const message = fc
  .oneof(
    fc.record({ id, method: fc.string({ unit: "binary" }), params: object }),
    fc.record({ id, method: fc.string() }),
    fc.record({ method: fc.string(), params: object }),
    fc.record({ id, result: object }),
    fc.record({ id: fc.option(id, { nil: null }), error }),
    fc.record({ error }),
  )
  .map((members) => ({ ...version, ...members }));

describe("encode", () => {
  it("keeps every message: what is decoded equals what was encoded", () => {
    fc.assert(
      fc.property(message, (sent) => {
        const received: unknown = JSON.parse(encode(sent));
        expect(received).toEqual(sent);
        expect([isRequest, isNotification, isResponse].filter((guard) => guard(received))).toHaveLength(1);
      }),
    );
  });

  it.each(["\u0000", "\u2028\u2029", "\ud800", "a\udfffb", "\n\r\t", '"\\', "😀", "\u00a0"])(
    "keeps odd text: %j, on one line",
    (text) => {
      const sent: JsonRpcMessage = { ...version, id: text, method: text, params: { [text]: text } };
      const json = encode(sent);
      expect(json).not.toMatch(/[\n\r]/);
      expect(JSON.parse(json)).toEqual(sent);
    },
  );

  it("keeps keys that plain objects have of their own", () => {
    const params = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":null}') as JsonObject;
    const received = JSON.parse(encode({ ...version, method: "m", params })) as { params: JsonObject };
    expect(Object.keys(received.params)).toEqual(["__proto__", "constructor", "toString"]);
    expect(Object.getPrototypeOf(received.params)).toBe(Object.prototype);
  });

  it("takes a message that was encoded ahead as it is", () => {
    const ahead = encodeNotification("notifications/tools/list_changed");
    expect(encode(ahead)).toBe('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
    expect(wire(ahead)).toEqual({ ...version, method: "notifications/tools/list_changed" });
    expect(wire(encodeNotification("n", { a: 1 }))).toEqual({
      ...version,
      method: "n",
      params: { a: 1 },
    });
  });

  it("refuses what JSON cannot carry", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const params of [{ big: 5n }, cycle]) {
      expect(() => encode({ ...version, method: "m", params: params as unknown as JsonObject })).toThrow(
        TypeError,
      );
    }
  });
});

describe("replies", () => {
  it("carry the id as it came, number or text", () => {
    fc.assert(
      fc.property(id, object, (requestId, result) => {
        expect(wire(resultReply(requestId, JSON.stringify(result)))).toEqual({
          ...version,
          id: requestId,
          result,
        });
      }),
    );
    expect(wire(resultReply(1, "{}"))).not.toEqual(wire(resultReply("1", "{}")));
  });

  it("name no id, or null, where none could be read", () => {
    const no = { code: -32700, message: "no" };
    expect(errorReply(undefined, no)).toEqual({ json: JSON.stringify({ ...version, error: no }), error: no });
    expect(wire(errorReply(null, no))).toEqual({ ...version, id: null, error: no });
    expect(wire(errorReply("a", no))).toEqual({ ...version, id: "a", error: no });
  });

  it("encode a shared result once", () => {
    let times = 0;
    const value = { toJSON: () => ({ times: ++times }) } as unknown as JsonObject;
    const result = new EncodedResult(value);
    expect([resultReply(1, result.json).json, resultReply(2, result.json).json]).toEqual([
      '{"jsonrpc":"2.0","id":1,"result":{"times":1}}',
      '{"jsonrpc":"2.0","id":2,"result":{"times":1}}',
    ]);
  });
});
