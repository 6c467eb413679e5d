import { McpClient, type JsonObject, type McpClientOptions, type Revision } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import type { ServerResponse } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { RELATED_TASK } from "./behaviours/tasking.js";
import { encoded } from "./harness/http/headers.js";
import {
  event,
  json,
  ScriptedHttpServer,
  stream,
  type Asked,
  type HttpScript,
} from "./harness/http/scripted-http-server.js";
import { EXPERIMENTAL, experimental, EXTENDED, extended } from "./harness/scripted-tasks.js";
import { req } from "./requirements/index.js";

const INFO = { name: "scripted", version: "1" };
const NAME = { type: "object", properties: { name: { type: "string" } } };
const FORM = { mode: "form", message: "Who?", requestedSchema: NAME };
const ADA = { action: "accept" as const, content: { name: "Ada" } };
const CONTENT = { content: [{ type: "text", text: "done" }] };

async function connected(revision: Revision, script: HttpScript, options: McpClientOptions) {
  const server = await ScriptedHttpServer.start(revision, script);
  const client = await McpClient.connect(streamableHttpClient(server.url), options);
  onTestFinished(() => client.close());
  return { client, server };
}

/** Answers with these results, one after the other. */
function inTurn(...results: JsonObject[]) {
  return (response: ServerResponse, asked: Asked): void => json(results.shift() ?? {})(response, asked);
}

it(req("tasks-extension.client-header"), async () => {
  for (const taskId of ["task-1", "täsk 1 "]) {
    const pollIntervalMs = 50;
    const task = (status: string, more: JsonObject = {}) =>
      extended(status, { taskId, pollIntervalMs, ...more });
    const inputRequests = { who: { method: "elicitation/create", params: FORM } };
    const supported = { supportedVersions: ["2026-07-28"], capabilities: EXTENDED, serverInfo: INFO };
    const { client, server } = await connected(
      "2026-07-28",
      {
        "server/discover": json({ resultType: "complete", ttlMs: 0, cacheScope: "private", ...supported }),
        "tools/call": json(task("working", { resultType: "task" })),
        "tasks/get": inTurn(task("input_required", { inputRequests }), task("working"), task("working")),
        "tasks/update": json({ resultType: "complete" }),
        "tasks/cancel": json({ resultType: "complete" }),
      },
      { elicit: () => ADA },
    );
    const work = await client.startTask("work");
    const waiting = new AbortController();
    const result = work.result({ signal: waiting.signal }).catch(() => "given up");
    await server.nth("tasks/update");
    waiting.abort();
    expect(await result).toBe("given up");
    await work.cancel();
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      const names = new Set(server.all(method).map(({ headers }) => headers["mcp-name"]));
      expect([method, ...names]).toEqual([method, taskId === "task-1" ? taskId : encoded(taskId)]);
    }
  }
});

it(req("tasks.client-any-stream"), async () => {
  let listening: ServerResponse | undefined;
  const server = { protocolVersion: "2025-11-25", capabilities: EXPERIMENTAL, serverInfo: INFO };
  const related = { [RELATED_TASK]: { taskId: "task-1" } };
  const question = {
    jsonrpc: "2.0",
    id: "q",
    method: "elicitation/create",
    params: { ...FORM, _meta: related },
  };
  let finish: () => void = () => undefined;
  const { client, server: scripted } = await connected(
    "2025-11-25",
    {
      initialize: json(server, { "MCP-SESSION-ID": "session-1" }),
      "tools/list": json({
        tools: [{ name: "work", inputSchema: { type: "object" }, execution: { taskSupport: "required" } }],
      }),
      "tools/call": json({ task: experimental("input_required") }),
      GET: (response) => {
        listening = stream(response);
      },
      "tasks/result": (response, asked) => {
        finish = () => json(CONTENT)(response, asked);
      },
      answer: (response) => {
        response.writeHead(202).end();
        finish();
      },
    },
    { elicit: () => ADA },
  );
  await scripted.nth("GET");
  const calling = client.callTool("work");
  await scripted.nth("tasks/result");
  listening?.write(event(question));
  const { body } = await scripted.nth("answer");
  expect(body).toMatchObject({ id: "q", result: { ...ADA, _meta: related } });
  expect(await calling).toMatchObject(CONTENT);
});
