import type { JsonObject } from "@towpath/mcp-core";
import { compileJsonSchema } from "@towpath/mcp-core/json-schema";
import { expect } from "vitest";
import { isNotification, type RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";
import { allOf, itemNamed } from "./listed.js";

export const tools = {
  "tools.capability": async ({ introduction }) => {
    expect(introduction).toHaveProperty("result.capabilities.tools", { listChanged: true });
  },
  "tools.list": async ({ client }) => {
    const tools = await allOf(client, "tools");
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["echo", "add", "wait", "whoami"]));
    expect(new Set(names).size).toBe(names.length);
    expect(await itemNamed(client, "tools", "echo")).toMatchObject({
      description: "Says what it is told",
      inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    });
  },
  "tools.list-order": async ({ client }) => {
    expect(await allOf(client, "tools")).toEqual(await allOf(client, "tools"));
  },
  "tools.list-independent": async (trial) => {
    const other = await trial.other();
    await trial.client.text("echo", { text: "another request" });
    expect(await allOf(trial.client, "tools")).toEqual(await allOf(other, "tools"));
  },
  "tools.input-schema": async ({ client }) => {
    for (const { inputSchema } of await allOf(client, "tools"))
      expect(inputSchema).toMatchObject({ type: "object" });
  },
  "schemas.valid": async ({ client }) => {
    const tools = await allOf(client, "tools");
    const schemas = tools.flatMap(({ inputSchema, outputSchema }) => [inputSchema, outputSchema ?? true]);
    // A schema that is none is refused by name.
    for (const schema of schemas) compileJsonSchema(schema as JsonObject);
    expect(tools.filter(({ outputSchema }) => outputSchema !== undefined)).not.toEqual([]);
  },
  "tools.names": async ({ client }) => {
    expect(await client.text("echo", { text: "case" })).toBe("case");
    expect(await client.text("ECHO", { text: "case" })).toBe("CASE");
    for (const name of ["__proto__", "constructor"]) expect(await client.text(name)).toBe("a tool");
    expect(await client.call("toString")).toMatchObject({ error: { code: -32602 } });
  },
  "tools.annotations": async ({ client }) => {
    expect(await itemNamed(client, "tools", "add")).toHaveProperty("annotations", { readOnlyHint: true });
  },
  "tools.title": async ({ client }) => {
    expect(await itemNamed(client, "tools", "add")).toHaveProperty("title", "Add");
  },
  "tools.icons": async ({ client }) => {
    const src = expect.stringMatching(/^data:image\/png;base64,/) as string;
    expect(await itemNamed(client, "tools", "add")).toMatchObject({
      icons: [{ src, mimeType: "image/png" }],
    });
  },
  "tools.older-revisions": async ({ client }) => {
    const listed = Object.keys((await itemNamed(client, "tools", "add")) ?? {});
    expect(listed.sort()).toEqual(["description", "inputSchema", "name"]);
  },
  "tools.unknown": async ({ client }) => {
    expect(await client.call("nothing_known")).toMatchObject({
      error: { code: -32602, message: expect.stringContaining("nothing_known") as string },
    });
  },
  "tools.malformed-call": async ({ client }) => {
    expect(await client.request("tools/call", { arguments: {} })).toMatchObject({ error: { code: -32602 } });
    expect(await client.request("tools/call", { name: "echo", arguments: ["text"] })).toMatchObject({
      error: { code: -32602 },
    });
  },
  "tools.invalid-arguments-error": async ({ client }) => {
    expect(await client.call("echo", { text: 5 })).toMatchObject({
      error: { code: -32602, message: expect.stringContaining("text") as string },
    });
  },
  "tools.invalid-arguments-result": async ({ client }) => {
    expect(await client.call("echo", { text: 5 })).toMatchObject({
      result: { isError: true, content: [{ type: "text", text: expect.stringContaining("text") as string }] },
    });
  },
  "tools.execution-error": async ({ client }) => {
    expect(await client.call("fail", { text: "the note is gone" })).toMatchObject({
      result: { isError: true, content: [{ type: "text", text: "the note is gone" }] },
    });
  },
  "tools.list-changed": async ({ client }) => {
    await client.settled();
    await client.call("add_tool", { text: "newcomer" });
    await client.peer.next(isNotification("notifications/tools/list_changed"));
    expect(await itemNamed(client, "tools", "newcomer")).toBeDefined();
    await client.call("remove_tool", { text: "newcomer" });
    await client.peer.next(isNotification("notifications/tools/list_changed"));
    expect(await itemNamed(client, "tools", "newcomer")).toBeUndefined();
  },
  "tools.embedded-resources": async ({ client, introduction }) => {
    expect(await client.call("contents")).toHaveProperty("result.content.4.type", "resource");
    expect(introduction).toHaveProperty("result.capabilities.resources");
  },
} satisfies Behaviours;

export const results = {
  "tools.call": async ({ client }) => {
    expect(await client.call("echo", { text: "a word" })).toMatchObject({
      result: { content: [{ type: "text", text: "a word" }] },
    });
  },
  "tools.content": async ({ client }) => {
    const content = await contents(client);
    expect(content[0]).toEqual({ type: "text", text: "text" });
    expect(content[1]).toMatchObject({ type: "image", mimeType: "image/png" });
    expect(content[4]).toEqual({
      type: "resource",
      resource: { uri: "note://2", mimeType: "text/plain", text: "two" },
    });
  },
  "tools.audio-content": async ({ client }) => {
    expect((await contents(client))[2]).toEqual({ type: "audio", data: "UklGRg==", mimeType: "audio/wav" });
  },
  "tools.resource-link": async ({ client }) => {
    expect((await contents(client))[3]).toEqual({ type: "resource_link", uri: "note://1", name: "one" });
  },
  "tools.structured-content": async ({ client }) => {
    expect(await client.call("add", { a: 1, b: 2 })).toMatchObject({
      result: { structuredContent: { sum: 3 }, content: [{ type: "text", text: '{"sum":3}' }] },
    });
  },
  "tools.structured-as-text": async ({ client }) => {
    const { result } = await client.call("add", { a: 1, b: 2 });
    expect(result).toEqual({ content: [{ type: "text", text: '{"sum":3}' }] });
  },
  "tools.output-schema": async ({ client }) => {
    expect(await itemNamed(client, "tools", "add")).toMatchObject({
      outputSchema: { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
    });
    const { result } = await client.call("add", { a: 0.5, b: 2 });
    expect(result).toHaveProperty("structuredContent", { sum: 2.5 });
  },
  "tools.output-checked": async ({ client }) => {
    const { result } = await client.call("lie");
    expect(result).toMatchObject({ isError: true });
    expect(result).not.toHaveProperty("structuredContent");
  },
} satisfies Behaviours;

async function contents(client: RawClient): Promise<readonly JsonObject[]> {
  const { result } = await client.call("contents");
  // What is in it is for the tests to judge.
  return (result?.["content"] ?? []) as readonly JsonObject[];
}
