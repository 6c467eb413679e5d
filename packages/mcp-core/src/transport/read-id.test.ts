import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIdFromHead } from "./read-id.js";

const id = fc.oneof(fc.string({ unit: "grapheme" }), fc.maxSafeInteger());

/** A message whose members come in any order, with others between them that are called `id` further inside. */
function message(kind: "params" | "result"): fc.Arbitrary<{ id: string | number; text: string }> {
  const inner = fc.oneof(
    fc.jsonValue(),
    fc.record({ id: fc.jsonValue(), x: fc.jsonValue() }),
    fc.constant([{ id: 0 }]),
  );
  return fc
    .tuple(id, fc.dictionary(fc.string(), inner), inner, fc.nat(2))
    .chain(([value, others, body, space]) => {
      const members = Object.entries({ ...others, jsonrpc: "2.0", [kind]: body }).filter(
        ([name]) => !/^(id|method|params|result|error)$/.test(name) || name === kind,
      );
      return fc
        .shuffledSubarray([...members, ["id", value]], { minLength: members.length + 1 })
        .map((entries) => ({
          id: value,
          text: JSON.stringify(Object.fromEntries(entries), undefined, space),
        }));
    });
}

describe("readIdFromHead", () => {
  it("reads the id of any whole request", () => {
    fc.assert(
      fc.property(message("params"), ({ id: expected, text }) => {
        expect(readIdFromHead(text, "request")).toBe(expected);
        expect(readIdFromHead(text, "response")).toBeUndefined();
      }),
    );
  });

  it("reads the id of any whole response", () => {
    fc.assert(
      fc.property(message("result"), ({ id: expected, text }) => {
        expect(readIdFromHead(text, "response")).toBe(expected);
        expect(readIdFromHead(text, "request")).toBeUndefined();
      }),
    );
  });

  it("reads the right id, or none, from any beginning", () => {
    fc.assert(
      fc.property(message("params"), fc.nat(), ({ id: expected, text }, at) => {
        const found = readIdFromHead(text.slice(0, at % (text.length + 1)), "request");
        expect([expected, undefined]).toContain(found);
      }),
    );
  });

  it("takes any text without failing", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readIdFromHead(text, "request")).not.toThrow();
      }),
    );
  });

  it.each([
    [
      "the id comes before the part that is cut",
      '{"jsonrpc":"2.0","id":1,"method":"m","params":{"t":"aaa',
      1,
    ],
    ["neither method nor result stands in it", '{"id":"x","unknown":[[[', "x"],
    ["the number may go on", '{"id":12', undefined],
    ["the string goes on", '{"id":"12', undefined],
    ["the id is a fraction", '{"id":1.5,"method":"m"', undefined],
    ["the id is null", '{"id":null,"method":"m"', undefined],
    ["the id is an object", '{"id":{"id":3},"method":"m"', undefined],
    ["only an inner id is there", '{"params":{"id":3},"method":"m', undefined],
    ["it is a batch", '[{"id":3,"method":"m"}', undefined],
    ["the id comes twice: the last one counts, as in JSON.parse", '{"id":1,"id":2,"method":"m"}', 2],
    ["what follows is not JSON", '{"id":5,"method":"m","params":{"x":NaN', 5],
  ])("when %s", (_, text, expected) => {
    expect(readIdFromHead(text, "request")).toBe(expected);
  });

  it("knows a response by a value it cannot read", () => {
    expect(readIdFromHead('{"id":5,"result":NaN}', "response")).toBe(5);
    expect(readIdFromHead('{"id":5,"result":', "request")).toBeUndefined();
  });

  it("looks no further than 65,536 characters", () => {
    const padding = `{"params":"${"x".repeat(65_536)}"`;
    expect(readIdFromHead(`${padding},"id":1}`, "request")).toBeUndefined();
  });
});
