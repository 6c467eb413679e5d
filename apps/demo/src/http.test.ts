import { once } from "node:events";
import { createInterface } from "node:readline";
import { HANDSHAKE_REVISIONS, Meta, STATELESS_REVISIONS, type JsonObject } from "@towpath/mcp-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { messagesOf, runDemo, Served } from "./served.test-kit.js";

const capabilities = { elicitation: { form: {} } };
const clientInfo = { name: "fetch", version: "1.0.0" };
const handshakeRevision = HANDSHAKE_REVISIONS.at(-1) ?? "";
const [statelessRevision] = STATELESS_REVISIONS;

const handshakeHeaders = { "mcp-protocol-version": handshakeRevision };

const introduction = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: handshakeRevision, capabilities, clientInfo },
};

const toolCall = (name: string, args: JsonObject, more: JsonObject = {}): object => ({
  id: 1,
  method: "tools/call",
  params: { name, arguments: args, ...more },
});

/** A tool call that speaks for itself, with the headers that repeat what it says. */
function statelessCall(
  served: Served,
  name: string,
  args: JsonObject,
  more: JsonObject = {},
): Promise<Response> {
  const meta = {
    [Meta.protocolVersion]: statelessRevision,
    [Meta.clientInfo]: clientInfo,
    [Meta.clientCapabilities]: capabilities,
    ...(more["_meta"] as JsonObject | undefined), // what a test adds is an object
  };
  return served.post(toolCall(name, args, { ...more, _meta: meta }), {
    "mcp-protocol-version": statelessRevision,
    "mcp-method": "tools/call",
    "mcp-name": name,
  });
}

/** The result of `add_note`, whatever number the note has. */
const kept = (title: string): object => ({
  result: {
    content: [{ type: "text", text: expect.stringMatching(`^Note \\d+ is kept: ${title}$`) as string }],
  },
});

const textResult = (text: string): object => ({ result: { content: [{ type: "text", text }] } });

/** The first message of a stream that has this property. */
async function next(messages: AsyncIterator<JsonObject>, property: string): Promise<JsonObject> {
  for (;;) {
    const step = await messages.next();
    if (step.done === true) throw new Error(`The stream ended before there was a ${property}`);
    if (property in step.value) return step.value;
  }
}

let plain: Served;
let withSessions: Served;

beforeAll(async () => {
  [plain, withSessions] = await Promise.all([
    Served.start("--no-sessions"),
    Served.start("--path", "/v1", "--transport", "websocket", "--transport", "sse"),
  ]);
});

afterAll(async () => {
  await Promise.all([plain.end(), withSessions.end()]);
});

describe("the notebook over HTTP", () => {
  it("keeps a note for a request that speaks for itself, and answers with one JSON object", async () => {
    const response = await statelessCall(plain, "add_note", { title: "Locks" });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ id: 1, ...kept("Locks") });
  });

  it("keeps a note for a client that introduced itself, and gives it no session where there are none", async () => {
    const introduced = await plain.post(introduction);
    expect(introduced.headers.get("mcp-session-id")).toBeNull();
    expect(await introduced.json()).toMatchObject({ result: { serverInfo: { name: "notebook" } } });
    const response = await plain.post(toolCall("add_note", { title: "Weirs" }), handshakeHeaders);
    expect(await response.json()).toMatchObject(kept("Weirs"));
  });

  it("answers with a stream of events as soon as there is progress to tell", async () => {
    const notes = Array.from({ length: 101 }, (_, index) => ({ title: `Note ${String(index)}` }));
    const response = await statelessCall(plain, "import_notes", { notes }, { _meta: { progressToken: "p" } });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const messages = messagesOf(response);
    expect(await next(messages, "params")).toMatchObject({ params: { progressToken: "p", progress: 100 } });
    expect(await next(messages, "result")).toMatchObject({
      result: { structuredContent: { imported: 101 } },
    });
  });

  it("asks before it deletes, with a result, where every request speaks for itself", async () => {
    await (await statelessCall(plain, "add_note", { title: "Rust" })).json();
    const found = (await (await statelessCall(plain, "search_notes", { query: "rust" })).json()) as {
      result: { structuredContent: { notes: [{ id: number }] } };
    };
    const { id } = found.result.structuredContent.notes[0];
    const asked = (await (await statelessCall(plain, "delete_note", { id })).json()) as {
      result: { inputRequests: JsonObject; requestState: string };
    };
    const { inputRequests, requestState } = asked.result;
    const [key = ""] = Object.keys(inputRequests);
    expect(inputRequests[key]).toMatchObject({ method: "elicitation/create" });
    const inputResponses = { [key]: { action: "accept", content: {} } };
    const done = await statelessCall(plain, "delete_note", { id }, { inputResponses, requestState });
    expect(await done.json()).toMatchObject(textResult(`Note ${String(id)} is deleted: Rust`));
  });

  it("asks before it deletes, on the stream of the request, where there is a session", async () => {
    const introduced = await withSessions.post(introduction);
    const session = introduced.headers.get("mcp-session-id") ?? "";
    await introduced.json();
    const headers = { ...handshakeHeaders, "mcp-session-id": session };
    const initialized = await withSessions.post({ method: "notifications/initialized" }, headers);
    expect(initialized.status).toBe(202);
    await (await withSessions.post(toolCall("add_note", { title: "Silt" }), headers)).json();

    const messages = messagesOf(await withSessions.post(toolCall("delete_note", { id: 1 }), headers));
    const question = await next(messages, "method");
    expect(question).toMatchObject({ method: "elicitation/create" });
    const answer = { id: question["id"], result: { action: "accept", content: {} } };
    expect((await withSessions.post(answer, headers)).status).toBe(202);
    expect(await next(messages, "result")).toMatchObject(textResult("Note 1 is deleted: Silt"));

    const ended = await fetch(withSessions.url, { method: "DELETE", headers });
    expect(ended.status).toBe(204);
    expect((await withSessions.post(toolCall("search_notes", {}), headers)).status).toBe(404);
  });

  it("is served at the path it was told", () => {
    expect(new URL(withSessions.url).pathname).toBe("/v1");
  });

  it("has a page at its root that knows every transport it is served on", async () => {
    const page = await fetch(withSessions.page);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toContain("<script");
    const told = await fetch(new URL("playground.json", withSessions.page));
    expect(await told.json()).toEqual({
      endpoints: { "streamable-http": "/v1", websocket: "/ws", sse: "/sse" },
    });
  });

  it("says where all of it is, on one port", () => {
    const { host, origin } = new URL(withSessions.page);
    expect(withSessions.urls).toEqual([`${origin}/v1`, `ws://${host}/ws`, `${origin}/sse`]);
    expect(withSessions.page).toBe(`${origin}/`);
    expect(plain.urls).toEqual([plain.url]);
  });

  it.each([
    [["--path", "/"], "All paths of a server must differ, and / is there twice"],
    [["--path", "/ws", "--transport", "websocket"], "and /ws is there twice"],
    [["--path", "/messages", "--transport", "sse"], "and /messages is there twice"],
    [["--path", "/é"], "percent-encoded"],
  ])("refuses %j", async (args, message) => {
    const { code, stdout, stderr } = await runDemo([
      "serve",
      ...["--transport", "streamable-http", "--port", "0"],
      ...args,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says who is in its way when its port is taken", async () => {
    const { port } = new URL(plain.url);
    const { code, stdout, stderr } = await runDemo([
      "serve",
      "--transport",
      "streamable-http",
      "--port",
      port,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^The notebook cannot be served: .*EADDRINUSE.*:\d+\. --host and --port say/);
  });
});

it("one notebook is served over HTTP and on stdio at once, with nothing but MCP on stdout", async () => {
  const served = await Served.start("--transport", "stdio");
  onTestFinished(async () => {
    await served.end();
  });
  await (await statelessCall(served, "add_note", { title: "Locks" })).json();
  const lines = createInterface({ input: served.child.stdout });
  served.child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...introduction })}\n`);
  await once(lines, "line");
  const call = toolCall("search_notes", { query: "locks" });
  served.child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...call })}\n`);
  await once(lines, "line");
  expect(await served.end()).toBe(0);
  const messages = (await served.stdout)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonObject);
  expect(messages).toMatchObject([
    { id: 0, result: { serverInfo: { name: "notebook" } } },
    { id: 1, result: { structuredContent: { total: 1 } } },
  ]);
});
