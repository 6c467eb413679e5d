import { expect } from "vitest";
import { QUESTION, WEATHER_TOOL } from "../fixtures/reference-questions.js";
import { able, answered, asked, hasFailed, isRequest } from "./asking.js";
import type { Behaviours } from "./behaviours.js";
import { declaring, expectNothingAsked } from "./elicitation.js";

const SAID = {
  role: "assistant",
  model: "a model",
  stopReason: "endTurn",
  content: { type: "text", text: "Fine." },
};
const USE = { type: "tool_use", id: "call-1", name: "weather", input: { city: "Tartu" } };

export const sampling = {
  "sampling.request": async ({ client }) => {
    const question = await asked(client, "sample");
    expect(question).toMatchObject({
      method: "sampling/createMessage",
      params: { messages: [{ role: "user", content: { type: "text", text: QUESTION } }], maxTokens: 50 },
    });
    expect(question.params).not.toHaveProperty("tools");
    await question.answer(SAID);
  },
  "sampling.answer": async ({ client }) => {
    const question = await asked(client, "sample");
    expect(answered(await question.answer(SAID))).toMatchObject(SAID);
  },
  "sampling.tools": async ({ client }) => {
    const question = await asked(client, "sample_tools");
    expect(question.params).toMatchObject({ tools: [WEATHER_TOOL], toolChoice: { mode: "required" } });
    const followUp = await asked(client, "sample_results");
    expect(followUp.params).toHaveProperty("messages.2.content.type", "tool_result");
    await followUp.answer(SAID);
    const said = { ...SAID, stopReason: "toolUse", content: [USE, { ...USE, id: "call-2" }] };
    expect(answered(await question.answer(said))).toMatchObject(said);
  },
  "sampling.undeclared": async (trial) => {
    await expectNothingAsked(await trial.other(), "sample");
  },
  "sampling.tools-undeclared": async (trial) => {
    const client = await declaring(trial, { sampling: {} });
    for (const tool of ["sample_tools", "sample_results"]) {
      await expectNothingAsked(client, tool, { sampling: {} });
    }
  },
  "sampling.context-undeclared": async (trial) => {
    const client = await declaring(trial, { sampling: { tools: {} } });
    await expectNothingAsked(client, "sample_context", { sampling: { tools: {} } });
  },
  "sampling.tool-results-only": async ({ client }) => {
    expect(hasFailed(await client.call("sample_mixed", {}, able(client)))).toBe(true);
    expect((await client.settled()).filter(isRequest)).toEqual([]);
  },
  "sampling.tool-results-balanced": async ({ client }) => {
    expect(hasFailed(await client.call("sample_unbalanced", {}, able(client)))).toBe(true);
    expect((await client.settled()).filter(isRequest)).toEqual([]);
  },
  "sampling.client-fails": async ({ client }) => {
    const question = await asked(client, "sample");
    expect(hasFailed(await question.fail({ code: -1, message: "User rejected sampling request" }))).toBe(
      true,
    );
    expect(await client.text("echo", { text: "still here" })).toBe("still here");
  },
  "sampling.validated": async ({ client }) => {
    for (const answer of [{}, { ...SAID, role: "system" }, { role: "assistant", model: "a model" }]) {
      const question = await asked(client, "sample");
      expect(hasFailed(await question.answer(answer))).toBe(true);
    }
  },
} satisfies Behaviours;
