import { describe, expect, it } from "vitest";
import { checkAnswers, readAnswer } from "./answers.js";

const answer = (id: unknown, text: string): string =>
  JSON.stringify({ result: { content: [{ type: "text", text }] }, jsonrpc: "2.0", id });

const answerTo = (id: number): string => String(id * 2);

const check = (lines: readonly string[], sent: number, poolSize: number): void => {
  checkAnswers(lines, sent, poolSize, answerTo);
};

describe("readAnswer", () => {
  it("reads id and text, whatever the order of the keys", () => {
    expect(readAnswer(answer(4, "eight"))).toEqual({ id: 4, text: "eight" });
  });

  it.each([
    ["an error", '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}'],
    ["a tool's error", '{"id":1,"result":{"isError":true,"content":[{"type":"text","text":"no"}]}}'],
    ["a notification", '{"jsonrpc":"2.0","method":"notifications/message","params":{}}'],
    ["an answer without content", '{"id":1,"result":{"content":[]}}'],
  ])("refuses %s", (_, line) => {
    expect(() => readAnswer(line)).toThrow("Expected the answer of a tool call");
  });
});

describe("checkAnswers", () => {
  it("accepts each call answered once, in any order", () => {
    expect(() => check([answer(2, "4"), answer(1, "2")], 2, 3)).not.toThrow();
  });

  it("counts ids that came round again", () => {
    expect(() =>
      check(
        [1, 2, 3, 1, 2].map((id) => answer(id, String(id * 2))),
        5,
        3,
      ),
    ).not.toThrow();
  });

  it("finds a wrong text", () => {
    expect(() => check([answer(1, "3")], 1, 3)).toThrow('Call 1 was answered "3" instead of "2".');
  });

  it("finds an id that no call had", () => {
    expect(() => check([answer(4, "8")], 1, 3)).toThrow("the id 4");
    expect(() => check([answer("1", "2")], 1, 3)).toThrow('the id "1"');
  });

  it("finds a missing answer", () => {
    expect(() => check([answer(1, "2")], 2, 3)).toThrow("Call 2 was sent 1 times and answered 0 times.");
  });

  it("finds a second answer", () => {
    expect(() => check([answer(1, "2"), answer(1, "2")], 1, 3)).toThrow("sent 1 times and answered 2 times");
  });
});
