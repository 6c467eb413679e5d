import type { JsonObject, McpClientOptions } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import type { Message } from "./harness/inbox.js";
import { EVERYTHING, withClient, type Answer, type Script } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const FORM = { type: "object", properties: { name: { type: "string" } } };
const STATE = 'opaque="\u0000 / \u{1F512}"';

const form = (message: string) => ({
  method: "elicitation/create",
  params: { mode: "form", message, requestedSchema: FORM },
});

const needing = (result: JsonObject): Answer => ({ result: { resultType: "input_required", ...result } });
const DONE: JsonObject = {
  resultType: "complete",
  content: [],
  messages: [],
  contents: [],
  tools: [],
  ttlMs: 60_000,
  cacheScope: "private",
};

const ANSWERING: McpClientOptions = {
  elicit: ({ message }) => ({ action: "accept", content: { name: `answer to ${message}` } }),
  roots: [{ uri: "file:///notes" }],
};

/** Answers requests of one method with these results, one after the other, and then with a complete one. */
function inTurn(method: string, ...needed: readonly JsonObject[]): Script {
  const left = [...needed];
  return {
    [method]: () => {
      const next = left.shift();
      return next === undefined ? { result: DONE } : needing(next);
    },
  };
}

async function connected(script: Script) {
  const { client, server } = await withClient("2026-07-28", script, ANSWERING, EVERYTHING);
  const sent = (method = "tools/call"): readonly Message[] =>
    server.received.filter((message) => message.method === method);
  return { client, server, sent };
}

describe("a client whose server needs input", () => {
  it(req("mrtr.client-answers"), async () => {
    const inputRequests = { a: form("A?"), b: form("B?"), c: { method: "roots/list" } };
    const { client, sent } = await connected(inTurn("tools/call", { inputRequests, requestState: STATE }));
    await client.callTool("asking", { of: "this" });
    expect(sent()[1]?.params).toMatchObject({
      name: "asking",
      arguments: { of: "this" },
      inputResponses: {
        a: { action: "accept", content: { name: "answer to A?" } },
        b: { action: "accept", content: { name: "answer to B?" } },
        c: { roots: [{ uri: "file:///notes" }] },
      },
    });
  });

  it(req("mrtr.client-echoes-state"), async () => {
    const { client, sent } = await connected(
      inTurn("tools/call", { inputRequests: { a: form("A?") }, requestState: STATE }, { requestState: "" }),
    );
    await client.callTool("asking");
    expect(sent().map(({ params }) => params?.["requestState"])).toEqual([undefined, STATE, ""]);
  });

  it(req("mrtr.client-no-state"), async () => {
    const { client, sent } = await connected(
      inTurn(
        "tools/call",
        { inputRequests: { a: form("A?") }, requestState: STATE },
        { inputRequests: { b: form("B?") } },
      ),
    );
    await client.callTool("asking");
    const [, , last] = sent();
    expect(last?.params).not.toHaveProperty("requestState");
    expect(last?.params).toHaveProperty("inputResponses.b");
    expect(last?.params).not.toHaveProperty("inputResponses.a");
  });

  it(req("mrtr.client-state-only"), async () => {
    const { client, sent } = await connected(inTurn("tools/call", { requestState: STATE }));
    await client.callTool("asking");
    expect(sent()).toHaveLength(2);
    expect(sent()[1]?.params).toHaveProperty("requestState", STATE);
    expect(sent()[1]?.params).not.toHaveProperty("inputResponses");
  });

  it(req("mrtr.client-new-id"), async () => {
    const { client, server, sent } = await connected(
      inTurn("tools/call", { requestState: "1" }, { requestState: "2" }),
    );
    await client.callTool("asking");
    expect(sent()).toHaveLength(3);
    const ids = server.received.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it(req("mrtr.client-other-requests"), async () => {
    const asked = { inputRequests: { a: form("A?") }, requestState: STATE };
    const { client, sent } = await connected({
      "tools/call": ({ name, inputResponses }) =>
        name === "asking" && inputResponses === undefined ? needing(asked) : { result: DONE },
    });
    await Promise.all([
      client.callTool("asking"),
      client.callTool("other"),
      client.callTool("asking", { two: 2 }),
    ]);
    await client.callTool("later");
    const carrying = sent().filter(
      ({ params = {} }) => "requestState" in params || "inputResponses" in params,
    );
    expect(carrying.map(({ params }) => [params?.["name"], params?.["arguments"]])).toEqual([
      ["asking", {}],
      ["asking", { two: 2 }],
    ]);
  });

  it(req("mrtr.client-methods"), async () => {
    for (const [method, call] of [
      ["prompts/get", "getPrompt"],
      ["resources/read", "readResource"],
    ] as const) {
      const { client, sent } = await connected(inTurn(method, { inputRequests: { a: form("A?") } }));
      await client[call]("note://1");
      expect(sent(method)[1]?.params).toHaveProperty("inputResponses.a.action", "accept");
    }
  });

  it(req("caching.client-retries"), async () => {
    const asked = { inputRequests: { a: form("A?") }, requestState: STATE };
    const { client, sent } = await connected({
      "resources/read": ({ inputResponses }) =>
        inputResponses === undefined ? needing(asked) : { result: DONE },
    });
    for (const times of [1, 2]) {
      await client.readResource("note://1");
      expect(sent("resources/read")).toHaveLength(2 * times);
    }
  });
});
