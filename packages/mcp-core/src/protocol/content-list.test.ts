import { describe, expect, it } from "vitest";
import { contentList } from "./content-list.js";
import type { SamplingContent } from "./question-types.js";

const text: SamplingContent = { type: "text", text: "Hi" };
const use: SamplingContent = { type: "tool_use", id: "1", name: "add", input: {} };

describe("the content of a sampling message, as a list", () => {
  it.each([
    ["one block", text, [text]],
    ["a list of one", [text], [text]],
    ["a list of several", [text, use], [text, use]],
    ["an empty list", [], []],
  ])("is what the message holds: %s", (_, content, list) => {
    expect(contentList({ content })).toEqual(list);
  });
});
