import { describe, expect, it } from "vitest";
import { connected, EVERYTHING } from "../../test/support/connected.js";
import { legacy, type Script } from "../../test/support/scripted-server.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { ResourceNotFoundError } from "../protocol/errors.js";
import { HANDSHAKE_REVISIONS } from "../protocol/revisions.js";
import { blobBytes } from "./blob-bytes.js";

const answering =
  (result: JsonObject): Script =>
  ({ id }, to) => {
    to.result(id, result);
  };

describe("reading a resource", () => {
  it("gives back its contents, blobs as base64", async () => {
    const contents = [
      { uri: "note://1", mimeType: "text/plain", text: "" },
      { uri: "note://1/png", blob: "AP8=" },
    ];
    const { client, asked } = await connected(answering({ contents, _meta: { a: 1 } }));
    expect(await client.readResource("note://1")).toEqual({ contents, _meta: { a: 1 } });
    expect(asked()).toMatchObject([{ method: "resources/read", params: { uri: "note://1" } }]);
  });

  it.each([
    ["none", {}],
    ["one without a URI", { contents: [{ text: "a" }] }],
    ["one without text and blob", { contents: [{ uri: "a" }] }],
    ["one that is no object", { contents: ["a"] }],
  ])("refuses contents when there is %s", async (_, result) => {
    const { client } = await connected(answering(result));
    await expect(client.readResource("a")).rejects.toMatchObject({
      name: "InvalidResultError",
      message: expect.stringContaining("resources/read") as string,
    });
  });

  it.each([
    ["that the server names", -32602, { uri: "note://other" }, "note://other"],
    ["that was asked for, where the server names none", -32002, undefined, "note://1"],
    ["that was asked for, where the server's is none", -32002, { uri: 5 }, "note://1"],
  ])("fails with the URI of a resource that there is not: the one %s", async (_, code, data, uri) => {
    const { client } = await connected(({ id }, to) => {
      to.error(id, code, data);
    });
    const reading = client.readResource("note://1");
    await expect(reading).rejects.toThrow(ResourceNotFoundError);
    await expect(reading).rejects.toMatchObject({
      uri,
      data: { uri },
      message: `Resource not found: ${uri}`,
    });
  });

  it("gives the bytes of a blob, and refuses what is no base64", () => {
    expect(blobBytes({ blob: "AP8=" })).toEqual(new Uint8Array([0, 255]));
    expect(blobBytes({ blob: "" })).toHaveLength(0);
    expect(() => blobBytes({ blob: "~" })).toThrow(DOMException);
  });
});

describe("getting a prompt", () => {
  const messages = [{ role: "user", content: { type: "text", text: "Hello" } }];

  it("gives back its messages", async () => {
    const { client, asked } = await connected(answering({ description: "Greets", messages }));
    expect(await client.getPrompt("greet", { name: "Ann" })).toEqual({ description: "Greets", messages });
    await client.getPrompt("greet");
    expect(asked().map(({ params }) => params)).toMatchObject([
      { name: "greet", arguments: { name: "Ann" } },
      { name: "greet", arguments: {} },
    ]);
  });

  it.each([
    ["there are none", {}],
    ["a role is unknown", { messages: [{ role: "system", content: { type: "text", text: "a" } }] }],
    ["there is no content", { messages: [{ role: "user" }] }],
    ["one is no object", { messages: [1] }],
  ])("refuses messages when %s", async (_, result) => {
    const { client } = await connected(answering(result));
    await expect(client.getPrompt("a")).rejects.toMatchObject({
      name: "InvalidResultError",
      message: expect.stringContaining("prompts/get") as string,
    });
  });
});

describe("completing an argument", () => {
  const ref = { type: "ref/prompt", name: "review" } as const;
  const argument = { name: "framework", value: "fla" };

  it("gives back the suggestions, and tells what is known already", async () => {
    const completion = { values: ["flask"], total: 1, hasMore: false };
    const { client, asked } = await connected(answering({ completion }));
    expect(await client.complete(ref, argument, { language: "python" })).toEqual(completion);
    await client.complete({ type: "ref/resource", uri: "note://{id}" }, argument);
    const [first, second] = asked().map(({ params }) => params);
    expect(first).toMatchObject({ ref, argument, context: { arguments: { language: "python" } } });
    expect(second).toMatchObject({ ref: { type: "ref/resource", uri: "note://{id}" }, argument });
    expect(second).not.toHaveProperty("context");
  });

  it.each(HANDSHAKE_REVISIONS)("tells a server of %s no more than it knows of", async (revision) => {
    const script = answering({ completion: { values: [] } });
    const { client, asked } = await connected(script, {}, legacy(script, EVERYTHING, revision));
    await client.complete(ref, argument, { language: "python" });
    const [params] = asked().map((message) => message.params);
    const context = revision >= "2025-06-18" ? { arguments: { language: "python" } } : undefined;
    expect(params).toEqual({ ref, argument, ...(context !== undefined && { context }) });
  });

  it.each([
    ["there is none", {}],
    ["there are no values", { completion: {} }],
    ["a value is no string", { completion: { values: ["a", 1] } }],
    ["the total is no number", { completion: { values: [], total: "1" } }],
    ["hasMore is no boolean", { completion: { values: [], hasMore: 1 } }],
  ])("refuses a completion when %s", async (_, result) => {
    const { client } = await connected(answering(result));
    await expect(client.complete(ref, argument)).rejects.toMatchObject({
      name: "InvalidResultError",
      message: expect.stringContaining("completion/complete") as string,
    });
  });
});
