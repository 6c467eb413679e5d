import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { FORM, PAGE_URL } from "../fixtures/reference-questions.js";
import { isNotification, type RawClient } from "../harness/client.js";
import type { Trial } from "../harness/trial.js";
import { able, answered, asked, calling, hasFailed, isRequest } from "./asking.js";
import type { Behaviours } from "./behaviours.js";

const CONTENT = { name: "Ada", size: "s", keep: false };

export const elicitation = {
  "elicitation.form": async ({ client }) => {
    const question = await asked(client, "ask_person");
    expect(question).toMatchObject({
      method: "elicitation/create",
      params: { message: "Who?", requestedSchema: { type: "object", required: ["name"] } },
    });
    expect(["form", undefined]).toContain(question.params?.["mode"]);
    const answer = await question.answer({ action: "accept", content: CONTENT });
    expect(answered(answer)).toEqual({ action: "accept", content: CONTENT });
  },
  "elicitation.schema": async ({ client }) => {
    const answer = await client.call("ask_nested", {}, able(client));
    expect(hasFailed(answer)).toBe(true);
    expect((await client.settled()).filter(isRequest)).toEqual([]);
  },
  "elicitation.defaults": async ({ client }) => {
    const question = await asked(client, "ask_everything");
    expect(question.params).toHaveProperty("requestedSchema", FORM);
    await question.answer({ action: "cancel" });
  },
  "elicitation.older-forms": async ({ client }) => {
    const question = await asked(client, "ask_person");
    expect(question.params).toHaveProperty("requestedSchema.properties", {
      name: { type: "string", minLength: 1 },
      size: { type: "string", enum: ["s", "l"], enumNames: ["Small", "Large"] },
      keep: { type: "boolean", default: true },
    });
    expect(question.params).not.toHaveProperty("mode");
    await question.answer({ action: "cancel" });
  },
  "elicitation.url": async ({ client }) => {
    const question = await asked(client, "ask_url");
    expect(question).toMatchObject({
      method: "elicitation/create",
      params: { mode: "url", message: "Connect", url: PAGE_URL },
    });
    expect(answered(await question.answer({ action: "accept" }))).toEqual({ action: "accept" });
  },
  "elicitation.url-id": async ({ client }) => {
    const ids = new Set<unknown>();
    for (let times = 0; times < 2; times += 1) {
      const question = await asked(client, "ask_url");
      ids.add(question.params?.["elicitationId"]);
      await question.answer({ action: "decline" });
    }
    expect([...ids]).toEqual([expect.any(String), expect.any(String)]);
  },
  "elicitation.url-required": async ({ client }) => {
    expect(await client.call("need_url")).toMatchObject({
      error: {
        code: -32042,
        data: { elicitations: [{ mode: "url", elicitationId: "needed", url: PAGE_URL, message: "Connect" }] },
      },
    });
  },
  "elicitation.complete": async (trial) => {
    const { client } = trial;
    const question = await asked(client, "ask_url_known", { text: "known" });
    expect(question.params).toHaveProperty("elicitationId", "known");
    await question.answer({ action: "accept" });
    await client.call("complete_elicitation", { text: "known" });
    const told = await client.peer.next(isNotification("notifications/elicitation/complete"));
    expect(told.params).toMatchObject({ elicitationId: "known" });
    await client.call("complete_elicitation", { text: "never asked" });
    expect(await client.settled()).toEqual([]);
  },
  "elicitation.undeclared": async (trial) => {
    const client = await trial.other();
    for (const tool of ["ask_person", "ask_url"]) await expectNothingAsked(client, tool);
  },
  "elicitation.undeclared-mode": async (trial) => {
    for (const elicitation of [{}, { form: {} }]) {
      await expectNothingAsked(await declaring(trial, { elicitation }), "ask_url", { elicitation });
    }
    const elicitation = { url: {} };
    await expectNothingAsked(await declaring(trial, { elicitation }), "ask_person", { elicitation });
  },
  "elicitation.actions": async ({ client }) => {
    for (const action of ["decline", "cancel"]) {
      const question = await asked(client, "ask_person");
      expect(answered(await question.answer({ action }))).toEqual({ action });
    }
    const question = await asked(client, "ask_about", { text: "leave" });
    expect(answered(await question.answer({ action: "accept", content: {} }))).toMatchObject({
      action: "accept",
    });
  },
  "elicitation.client-fails": async ({ client }) => {
    const question = await asked(client, "ask_person");
    expect(hasFailed(await question.fail({ code: -32603, message: "no screen" }))).toBe(true);
    expect(await client.text("echo", { text: "still here" })).toBe("still here");
  },
  "elicitation.validated": async ({ client }) => {
    for (const content of [{ name: 5 }, {}, { name: "Ada", size: "XXL" }, { name: "" }]) {
      const question = await asked(client, "ask_person");
      expect(hasFailed(await question.answer({ action: "accept", content }))).toBe(true);
    }
  },
} satisfies Behaviours;

/** A client that declared that; in the stateless era it will have to say it. */
export async function declaring(trial: Trial, capabilities: JsonObject): Promise<RawClient> {
  return trial.client.isStateless ? trial.client : trial.fresh({}, capabilities);
}

export async function expectNothingAsked(
  client: RawClient,
  tool: string,
  capabilities: JsonObject = {},
): Promise<void> {
  const { method, params } = calling(tool);
  const answer = await client.request(method, params, able(client, capabilities));
  expect(hasFailed(answer)).toBe(true);
  expect(answer).not.toHaveProperty("result.inputRequests");
  expect((await client.settled()).filter(isRequest)).toEqual([]);
}
