import { ResourceNotFoundError, type JsonObject, type Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { EVERYTHING, metaOf, withClient, type Script } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const REVISIONS: readonly Revision[] = ["2025-11-25", "2026-07-28"];

/** Answers a list with pages of these sizes. */
function pagesOf(method: string, items: string, sizes: readonly number[]): Script {
  return {
    [method]: ({ cursor }) => {
      const page = Number(cursor ?? 0);
      const named = Array.from({ length: sizes[page] ?? 0 }, (_, index) => ({
        name: `${String(page)}.${String(index)}`,
        uri: `note://${String(page)}/${String(index)}`,
        uriTemplate: `note://${String(page)}/${String(index)}/{id}`,
        inputSchema: { type: "object" },
      }));
      const nextCursor = page + 1 < sizes.length && { nextCursor: String(page + 1) };
      return { result: { resultType: "complete", [items]: named, ...nextCursor } };
    },
  };
}

const complete = (result: JsonObject): Script => ({
  "completion/complete": () => ({ result: { resultType: "complete", ...result } }),
});

describe.each(REVISIONS)("a client that reads from a server of revision %s", (revision) => {
  const connected = (script: Script) => withClient(revision, script, {}, EVERYTHING);

  it(req("prompts.client-pages"), async () => {
    const { client } = await connected(pagesOf("prompts/list", "prompts", [2, 2, 1]));
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(["0.0", "0.1", "1.0", "1.1", "2.0"]);
  });

  it(req("pagination.client-any-size"), async () => {
    const sizes = [3, 0, 1, 0];
    for (const [method, items, list] of [
      ["tools/list", "tools", "listTools"],
      ["prompts/list", "prompts", "listPrompts"],
      ["resources/list", "resources", "listResources"],
      ["resources/templates/list", "resourceTemplates", "listResourceTemplates"],
    ] as const) {
      const { client } = await connected(pagesOf(method, items, sizes));
      expect(await client[list]()).toHaveLength(4);
    }
  });

  it(req("prompts.client-respects-capabilities"), async () => {
    const { client, server } = await withClient(revision);
    for (const asking of [
      client.listPrompts(),
      client.getPrompt("greet"),
      client.listResources(),
      client.readResource("note://1"),
      client.complete({ type: "ref/prompt", name: "greet" }, { name: "name", value: "" }),
    ]) {
      await expect(asking).rejects.toThrow("did not declare");
    }
    const sent = server.receivedMethods.filter((method) =>
      /^(prompts|resources|completion)/.test(method ?? ""),
    );
    expect(sent).toEqual([]);
  });

  it(req("completion.client-partial"), async () => {
    const ref = { type: "ref/prompt", name: "greet" } as const;
    for (const completion of [{ values: ["a"] }, { values: [], hasMore: true }, { values: [], total: 5 }]) {
      const { client } = await connected(complete({ completion }));
      expect(await client.complete(ref, { name: "name", value: "" })).toEqual(completion);
    }
  });

  it(req("progress.client-ignores-unknown"), async () => {
    const { client, server } = await connected({});
    const heard: unknown[] = [];
    const calling = client.callTool("slow", {}, { onProgress: ({ progress }) => heard.push(progress) });
    const request = await server.next("tools/call");
    const { progressToken = null } = metaOf(request);
    const report = (token: JsonObject[string], progress: number) =>
      server.say({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken: token, progress },
      });
    report("never given", 1);
    report(progressToken, 2);
    const result = { resultType: "complete", content: [] };
    server.say({ jsonrpc: "2.0", id: request.id ?? null, result });
    await calling;
    report(progressToken, 3);
    const again = client.callTool("quick");
    server.say({ jsonrpc: "2.0", id: (await server.next("tools/call")).id ?? null, result });
    await again;
    expect(heard).toEqual([2]);
  });

  it(req("cancellation.client-ignores-invalid"), async () => {
    const { client, server } = await connected({});
    const calling = client.callTool("slow");
    const { id = null } = await server.next("tools/call");
    for (const params of [{}, { requestId: null }, { requestId: "nobody's" }, { requestId: { a: 1 } }]) {
      server.say({ jsonrpc: "2.0", method: "notifications/cancelled", params });
    }
    server.say({ jsonrpc: "2.0", id, result: { resultType: "complete", content: [] } });
    expect(await calling).toMatchObject({ content: [] });
  });

  it(req("tools.client-output-checked"), async () => {
    const outputSchema = { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] };
    const tools = [{ name: "add", inputSchema: { type: "object" }, outputSchema }];
    const answering = (sum: JsonObject[string]) =>
      connected({
        "tools/list": () => ({ result: { resultType: "complete", tools } }),
        "tools/call": () => ({
          result: { resultType: "complete", content: [], structuredContent: { sum } },
        }),
      });
    const right = await answering(3);
    expect(await right.client.callTool("add")).toMatchObject({ structuredContent: { sum: 3 } });
    const wrong = await answering("three");
    await expect(wrong.client.callTool("add")).rejects.toThrow("sum");
  });
});

describe("a client of the stateless era", () => {
  it(req("resources.client-not-found"), async () => {
    const uri = "note://99";
    for (const code of [-32602, -32002]) {
      const error = { code, message: "Resource not found", data: { uri } };
      const { client } = await withClient(
        "2026-07-28",
        { "resources/read": () => ({ error }) },
        {},
        EVERYTHING,
      );
      await expect(client.readResource(uri)).rejects.toBeInstanceOf(ResourceNotFoundError);
    }
  });
});
