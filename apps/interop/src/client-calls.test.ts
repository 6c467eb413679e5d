import { McpClient, RequestTimeoutError, type Revision } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { kindsOf, type Message } from "./harness/inbox.js";
import { metaOf, scriptedServer, withClient, type Script } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const REVISIONS: readonly Revision[] = ["2025-11-25", "2026-07-28"];
const TOOL = { inputSchema: { type: "object" } };

/** Answers `tools/list` with one page after the other, each with the cursor of the next. */
function pagesOf(cursors: readonly string[]): Script {
  return {
    "tools/list": ({ cursor }) => {
      const page = cursor === undefined ? 0 : cursors.findIndex((known) => known === cursor) + 1;
      const nextCursor = cursors[page];
      const tools = [{ ...TOOL, name: `tool-${String(page)}` }];
      return { result: { tools, ...(nextCursor !== undefined && { nextCursor }) } };
    },
  };
}

/** A connected client on a clock that stands still, and a call that the server leaves unanswered. */
async function unanswered(revision: Revision, options = {}) {
  const clock = new ManualClock();
  const { client, server } = await withClient(revision, {}, { clock });
  const calling = client.callTool("slow", {}, options);
  const failure = calling.catch((error: unknown) => error);
  return { client, server, clock, failure, request: await server.next("tools/call") };
}

const answerTo = ({ id = null }: Message, text: string) => ({
  jsonrpc: "2.0",
  id,
  result: { content: [{ type: "text", text }] },
});

describe.each(REVISIONS)("a client's calls in revision %s", (revision) => {
  it(req("pagination.client-opaque"), async () => {
    const cursors = ["", " ", "/+=", "a cursor\nwith a newline"];
    const { client, server } = await withClient(revision, pagesOf(cursors));
    expect(await client.listTools()).toHaveLength(cursors.length + 1);
    const sent = server.received.filter(({ method }) => method === "tools/list");
    expect(sent.map(({ params }) => params?.["cursor"])).toEqual([undefined, ...cursors]);
  });

  it(req("pagination.client-unpaginated"), async () => {
    const { client, server } = await withClient(revision, pagesOf([]));
    expect(await client.listTools()).toMatchObject([{ name: "tool-0" }]);
    expect(server.receivedMethods.filter((method) => method === "tools/list")).toHaveLength(1);
  });

  it(req("jsonrpc.client-ids"), async () => {
    const { client, server } = await withClient(revision, pagesOf(["next"]));
    const calls = [client.listTools(), client.callTool("one"), client.callTool("two")];
    for (const text of ["one", "two"]) server.say(answerTo(await server.next("tools/call"), text));
    await Promise.all(calls);
    const requests = server.received.filter(({ id }) => id !== undefined);
    const ids = requests.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(5);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => typeof id !== "string" && !Number.isInteger(id))).toEqual([]);
  });

  it(req("jsonrpc.client-messages"), async () => {
    const { client, server } = await withClient(revision, pagesOf([]));
    for (const method of ["ping", "nothing/known"]) server.say({ jsonrpc: "2.0", id: method, method });
    const controller = new AbortController();
    const failure = client.callTool("slow", {}, { signal: controller.signal }).catch(() => undefined);
    await server.next("tools/call");
    controller.abort();
    await failure;
    await client.listTools();
    if (revision === "2025-11-25") await Promise.all([server.nextAnswer(), server.nextAnswer()]);
    for (const message of server.received) {
      expect(message).toHaveProperty("jsonrpc", "2.0");
      expect(kindsOf(message)).toHaveLength(1);
    }
    const kinds = revision === "2025-11-25" ? ["method", "result", "error"] : ["method"];
    expect(new Set(server.received.flatMap(kindsOf))).toEqual(new Set(kinds));
  });

  it(req("cancellation.client-sends"), async () => {
    const controller = new AbortController();
    const { server, failure, request } = await unanswered(revision, { signal: controller.signal });
    controller.abort(new Error("no longer needed"));
    expect(await server.next("notifications/cancelled")).toMatchObject({
      params: { requestId: request.id, reason: "no longer needed" },
    });
    expect(await failure).toEqual(new Error("no longer needed"));
  });

  it(req("cancellation.client-ignores-late"), async () => {
    const controller = new AbortController();
    const { client, server, failure, request } = await unanswered(revision, { signal: controller.signal });
    controller.abort();
    server.say(answerTo(request, "too late"));
    expect(await failure).toBeInstanceOf(DOMException);
    const next = client.callTool("quick");
    server.say(answerTo(await server.next("tools/call"), "in time"));
    expect(await next).toMatchObject({ content: [{ text: "in time" }] });
  });

  it(req("cancellation.client-timeout"), async () => {
    const { server, clock, failure, request } = await unanswered(revision, { timeoutMs: 1000 });
    clock.advance(1000);
    expect(await failure).toBeInstanceOf(RequestTimeoutError);
    expect(await server.next("notifications/cancelled")).toMatchObject({ params: { requestId: request.id } });
  });

  it(req("cancellation.client-total-timeout"), async () => {
    const limits = { timeoutMs: 1000, maxTotalTimeoutMs: 5000, onProgress: () => undefined };
    const { server, clock, failure, request } = await unanswered(revision, limits);
    const { progressToken = null } = metaOf(request);
    for (let progress = 1; progress <= 6; progress += 1) {
      server.say({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress } });
      clock.advance(900);
    }
    expect(await failure).toMatchObject({ name: "RequestTimeoutError", limit: "total", timeoutMs: 5000 });
    await server.next("notifications/cancelled");
  });

  it(req("progress.client-unique-tokens"), async () => {
    const { client, server } = await withClient(revision);
    const heard: string[] = [];
    const calls = ["one", "two", "three"].map((name) =>
      client.callTool(name, {}, { onProgress: () => heard.push(name) }),
    );
    const requests = await Promise.all(calls.map(() => server.next("tools/call")));
    const tokens = requests.map((request) => metaOf(request)["progressToken"] ?? null);
    expect(new Set(tokens).size).toBe(3);
    const [, second = null] = tokens;
    server.say({
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: second, progress: 1 },
    });
    for (const request of requests) server.say(answerTo(request, "done"));
    await Promise.all(calls);
    expect(heard).toEqual(["two"]);
  });
});

describe("a client of the handshake era", () => {
  it(req("cancellation.client-never-initialize"), async () => {
    const clock = new ManualClock();
    const server = scriptedServer("2025-11-25", { initialize: () => undefined });
    const connecting = McpClient.connect(server, { era: "handshake", timeoutMs: 1000, clock });
    await server.next("initialize");
    clock.advance(1000);
    await expect(connecting).rejects.toBeInstanceOf(RequestTimeoutError);
    expect(server.receivedMethods).toEqual(["initialize"]);
  });

  it(req("batches.client-receives"), async () => {
    const { client, server } = await withClient("2025-03-26");
    const calls = [client.callTool("one"), client.callTool("two")];
    const requests = [await server.next("tools/call"), await server.next("tools/call")];
    server.say(requests.map((request, index) => answerTo(request, `answer ${String(index)}`)));
    expect(await Promise.all(calls)).toMatchObject([
      { content: [{ text: "answer 0" }] },
      { content: [{ text: "answer 1" }] },
    ]);
  });
});
