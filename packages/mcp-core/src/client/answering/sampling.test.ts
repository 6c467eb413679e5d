import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Revision } from "../../protocol/revisions.js";
import type { CreateMessageResult } from "../../protocol/question-types.js";
import { readSampling } from "./sampling.js";

const said: CreateMessageResult = {
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "Hello" }],
};

function read(messages: readonly JsonObject[], revision: Revision = "2025-11-25", answer = said) {
  const us = { handlers: { sample: () => answer }, capabilities: { sampling: { tools: {} } } };
  return readSampling({ messages, maxTokens: 1 }, us, revision);
}

const text = { type: "text", text: "Hi" };
const use = (id: string): JsonObject => ({ type: "tool_use", id, name: "t", input: {} });
const result = (toolUseId: string): JsonObject => ({ type: "tool_result", toolUseId, content: [text] });
const user = (...content: JsonObject[]): JsonObject => ({ role: "user", content });
const assistant = (...content: JsonObject[]): JsonObject => ({ role: "assistant", content });

describe("the messages of a sampling request", () => {
  it.each([
    [
      "one block each",
      [
        { role: "user", content: text },
        { role: "assistant", content: text },
      ],
    ],
    [
      "several blocks",
      [
        user(
          text,
          { type: "image", data: "", mimeType: "image/png" },
          { type: "audio", data: "", mimeType: "audio/wav" },
        ),
      ],
    ],
    [
      "tool uses with their results",
      [user(text), assistant(text, use("a"), use("b")), user(result("b"), result("a")), assistant(text)],
    ],
    ["a single result", [assistant(use("a")), { role: "user", content: result("a") }]],
    ["no message at all", []],
  ])("may be %s", (_, messages) => {
    expect(read(messages)).toBeTypeOf("function");
  });

  it.each([
    [
      "a result missing",
      [assistant(use("a"), use("b")), user(result("a"))],
      /messages\[1\]: tool result missing for "b"/,
    ],
    ["all results missing", [assistant(use("a")), user(text)], /messages\[1\]: tool result missing/],
    ["uses at the end", [user(text), assistant(use("a"))], /tool result missing for "a"/],
    [
      "another message between",
      [assistant(use("a")), assistant(text), user(result("a"))],
      /messages\[1\]: tool result missing/,
    ],
    [
      "results among other content",
      [assistant(use("a")), user(text, result("a"))],
      /messages\[1\]: tool results mixed/,
    ],
    [
      "results of the assistant's",
      [assistant(use("a")), assistant(result("a"))],
      /messages\[1\]: tool results are/,
    ],
    ["a result nobody asked for", [user(result("a"))], /messages\[0\]: a tool result for "a"/],
    ["a role nobody has", [{ role: "system", content: text }], /messages\[0\] must have the role/],
    ["content of a type nobody knows", [user({ type: "smell" })], /"smell"/],
    ["text without text", [user({ type: "text" })], /without a proper "text"/],
    ["a use without input", [user({ type: "tool_use", id: "a", name: "t" })], /without a proper "input"/],
    ["content that is text", [{ role: "user", content: "Hi" }], /must have blocks/],
  ] as const)("may not have %s", (_, messages, problem) => {
    expect(() => read(messages)).toThrow(problem);
  });

  it("are looked through in linear time", () => {
    const ids = Array.from({ length: 50_000 }, (_, n) => String(n));
    expect(read([assistant(...ids.map(use)), user(...ids.map(result))])).toBeTypeOf("function");
  });
});

describe("the sampled message, before revision 2025-11-25", () => {
  const ctx = { signal: new AbortController().signal, server: undefined, method: undefined };

  it("has its one block of content alone", async () => {
    expect(await read([], "2025-06-18")?.(ctx)).toEqual({
      ...said,
      content: { type: "text", text: "Hello" },
    });
    expect(await read([])?.(ctx)).toEqual(said);
  });

  it("cannot have several", async () => {
    const several: CreateMessageResult = {
      ...said,
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    };
    await expect(read([], "2025-06-18", several)?.(ctx)).rejects.toThrow("one block of content");
  });
});
