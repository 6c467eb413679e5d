import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { WORDS } from "../fixtures/reference-prompts.js";
import type { RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";

const REVIEW = { type: "ref/prompt", name: "review" };
const NOTE = { type: "ref/resource", uri: "note://{id}" };

export const completion = {
  "completion.capability": async ({ introduction }) => {
    expect(introduction).toHaveProperty("result.capabilities.completions");
  },
  "completion.not-supported": async (trial) => {
    const client = await trial.stranger({ bare: true });
    const answer = (await client.introduce()) ?? (await client.request("server/discover"));
    expect(answer).toHaveProperty("result.capabilities");
    for (const [method, capability] of [
      ["completion/complete", "completions"],
      ["prompts/list", "prompts"],
      ["resources/list", "resources"],
    ] as const) {
      expect(answer).not.toHaveProperty(["result", "capabilities", capability]);
      const params = { ref: REVIEW, argument: { name: "language", value: "" } };
      expect(await client.request(method, params)).toMatchObject({ error: { code: -32601 } });
    }
  },
  "completion.prompt": async ({ client }) => {
    expect(await complete(client, REVIEW, "language", "p")).toMatchObject({ values: ["python", "perl"] });
    expect(await complete(client, REVIEW, "language", "ty")).toMatchObject({ values: ["typescript"] });
  },
  "completion.resource": async ({ client }) => {
    expect(await complete(client, NOTE, "id", "1")).toMatchObject({ values: ["1", "10"] });
    expect(await complete(client, NOTE, "id", "x")).toMatchObject({ values: [] });
  },
  "completion.context": async ({ client }) => {
    const known = { context: { arguments: { language: "python" } } };
    expect(await complete(client, REVIEW, "framework", "f", known)).toMatchObject({
      values: ["flask", "fastapi"],
    });
    expect(await complete(client, REVIEW, "framework", "f")).toMatchObject({ values: [] });
  },
  "completion.limit": async ({ client }) => {
    expect(await complete(client, REVIEW, "word", "word")).toEqual({
      values: WORDS.slice(0, 100),
      total: WORDS.length,
      hasMore: true,
    });
  },
  "completion.unknown-reference": async ({ client }) => {
    for (const ref of [
      { type: "ref/prompt", name: "nothing_known" },
      { type: "ref/resource", uri: "nothing://{known}" },
      { type: "ref/other", name: "review" },
    ]) {
      const argument = { name: "language", value: "p" };
      expect(await client.request("completion/complete", { ref, argument })).toMatchObject({
        error: { code: -32602 },
      });
    }
  },
  "completion.malformed": async ({ client }) => {
    for (const params of [
      {},
      { ref: REVIEW },
      { argument: { name: "language", value: "p" } },
      { ref: REVIEW, argument: { name: "language" } },
      { ref: REVIEW, argument: { name: "language", value: 5 } },
      { ref: REVIEW, argument: { name: "nothing_known", value: "p" } },
    ]) {
      expect(await client.request("completion/complete", params)).toMatchObject({ error: { code: -32602 } });
    }
  },
  "completion.internal-error": async ({ client }) => {
    const params = { ref: REVIEW, argument: { name: "broken", value: "" } };
    expect(await client.request("completion/complete", params)).toMatchObject({ error: { code: -32603 } });
  },
} satisfies Behaviours;

async function complete(
  client: RawClient,
  ref: JsonObject,
  name: string,
  value: string,
  more: JsonObject = {},
): Promise<unknown> {
  const answer = await client.request("completion/complete", { ref, argument: { name, value }, ...more });
  expect(answer).toHaveProperty("result.completion");
  return answer.result?.["completion"];
}
