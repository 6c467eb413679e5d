import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { isNotification, type RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";
import { allOf, itemNamed } from "./listed.js";

export const prompts = {
  "prompts.capability": async ({ introduction }) => {
    expect(introduction).toMatchObject({ result: { capabilities: { prompts: { listChanged: true } } } });
  },
  "prompts.list": async ({ client }) => {
    const listed = await allOf(client, "prompts");
    const names = listed.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["greet", "contents", "review"]));
    expect(new Set(names).size).toBe(names.length);
    expect(listed[0]).toMatchObject({
      name: "greet",
      description: "Greets somebody",
      arguments: [
        { name: "name", description: "Who is greeted", required: true },
        { name: "tone", required: false },
      ],
    });
  },
  "prompts.list-independent": async (trial) => {
    const other = await trial.other();
    await get(trial.client, "greet", { name: "Ada" });
    expect(await allOf(trial.client, "prompts")).toEqual(await allOf(other, "prompts"));
  },
  "prompts.title": async ({ client }) => {
    expect(await itemNamed(client, "prompts", "greet")).toHaveProperty("title", "Greet");
  },
  "prompts.icons": async ({ client }) => {
    const src = expect.stringMatching(/^data:image\/png;base64,/) as string;
    expect(await itemNamed(client, "prompts", "greet")).toMatchObject({
      icons: [{ src, mimeType: "image/png" }],
    });
  },
  "prompts.older-revisions": async ({ client }) => {
    const listed = Object.keys((await itemNamed(client, "prompts", "greet")) ?? {});
    expect(listed.sort()).toEqual(["arguments", "description", "name"]);
  },
  "prompts.get": async ({ client }) => {
    expect(await get(client, "greet", { name: "Ada", tone: "curt" })).toMatchObject({
      result: {
        messages: [
          { role: "user", content: { type: "text", text: "Be curt to Ada" } },
          { role: "assistant", content: { type: "text", text: "I will" } },
        ],
      },
    });
  },
  "prompts.content": async ({ client }) => {
    const { result } = await get(client, "contents");
    expect(result).toMatchObject({
      messages: [
        { content: { type: "text", text: "text" } },
        { content: { type: "image", data: BASE64, mimeType: "image/png" } },
        {
          content: {
            type: "resource",
            resource: { uri: "note://2", mimeType: "text/plain", text: "two" },
          },
        },
        {
          content: { type: "resource", resource: { uri: "blob://2", mimeType: "image/png", blob: BASE64 } },
        },
      ],
    });
  },
  "prompts.audio-content": async ({ client }) => {
    expect(await get(client, "audio")).toMatchObject({
      result: { messages: [{ content: { type: "audio", data: BASE64, mimeType: "audio/wav" } }] },
    });
  },
  "prompts.unknown": async ({ client }) => {
    for (const name of ["nothing_known", "toString", ""]) {
      expect(await get(client, name)).toMatchObject({ error: { code: -32602 } });
    }
  },
  "prompts.missing-arguments": async ({ client }) => {
    for (const args of [{}, { tone: "kind" }]) {
      expect(await get(client, "greet", args)).toMatchObject({
        error: { code: -32602, message: expect.stringMatching(/\bname\b/) as string },
      });
    }
  },
  "prompts.invalid-arguments": async ({ client }) => {
    expect(await get(client, "greet", { name: "Ada", tone: "loud" })).toMatchObject({
      error: { code: -32602, message: expect.stringContaining("tone") as string },
    });
  },
  "prompts.malformed": async ({ client }) => {
    for (const params of [
      {},
      { name: 5 },
      { name: "greet", arguments: ["Ada"] },
      { name: "greet", arguments: { name: 5 } },
    ]) {
      expect(await client.request("prompts/get", params)).toMatchObject({ error: { code: -32602 } });
    }
  },
  "prompts.internal-error": async ({ client }) => {
    expect(await get(client, "broken")).toMatchObject({ error: { code: -32603 } });
  },
  "prompts.list-changed": async ({ client }) => {
    await client.settled();
    for (const [tool, isThere] of [
      ["add_prompt", true],
      ["remove_prompt", false],
    ] as const) {
      await client.call(tool, { text: "newcomer" });
      await client.peer.next(isNotification("notifications/prompts/list_changed"));
      expect((await itemNamed(client, "prompts", "newcomer")) !== undefined).toBe(isThere);
    }
  },
} satisfies Behaviours;

const BASE64 = expect.stringMatching(
  /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
) as string;

function get(client: RawClient, name: string, args: JsonObject = {}) {
  return client.request("prompts/get", { name, arguments: args });
}
