import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { handshaken, type TestLink, type Wire } from "../../../test/support/link.js";
import { taskIdIn, TaskNodes, type TaskNode } from "../../../test/support/tasks.js";
import type { Outgoing } from "../../jsonrpc/encode.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { ToolError } from "../../server/tools/definition.js";

const RELATED = "io.modelcontextprotocol/related-task";
const ann = { id: "ann" };
const never = (): Promise<never> => new Promise(() => undefined);

function one(tasks = {}) {
  const nodes = new TaskNodes();
  return { nodes, node: nodes.node(tasks) };
}

async function begin({ request }: TestLink, name: string, task: JsonObject = {}): Promise<string> {
  return taskIdIn(await request("tools/call", { name, task }));
}

describe("what 2025-11-25 declares of tasks", () => {
  it("is their methods, tasks/list to those who can be told apart alone", async () => {
    const { node } = one();
    node.tool("any", true, () => "done");
    const declared = async (revision: "2025-06-18" | "2025-11-25", principal?: { id: string }) => {
      const { link } = await handshaken(node.server, revision, { peer: principal && { principal } });
      expect(link.revision).toBe(revision);
      const reply = await handshakeOf(node, revision, principal);
      return (reply?.["capabilities"] as JsonObject)["tasks"];
    };
    const common = { cancel: {}, requests: { tools: { call: {} } } };
    expect(await declared("2025-11-25")).toEqual(common);
    expect(await declared("2025-11-25", ann)).toEqual({ ...common, list: {} });
    expect(await declared("2025-06-18", ann)).toBeUndefined();
  });

  it("is in the list of tools, in that revision alone", async () => {
    const { node } = one();
    node.tool("any", true, () => "done");
    node.tool("long", "required", () => "done");
    node.tool("plain", undefined, () => "done");
    const listed = async (link: TestLink): Promise<unknown> => {
      const tools = (await link.request("tools/list"))?.result?.["tools"] as JsonObject[];
      return tools.map(({ execution }) => execution);
    };
    const supports = [{ taskSupport: "optional" }, { taskSupport: "required" }, undefined];
    expect(await listed(await node.session())).toEqual(supports);
    expect(await listed(await handshaken(node.server, "2025-06-18"))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

async function handshakeOf(node: TaskNode, revision: string, principal?: { id: string }) {
  const opened = node.server.open({
    id: `declared-${revision}-${String(principal?.id)}`,
    transport: "test",
    ...(principal && { principal }),
  });
  const params = { protocolVersion: revision, capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const reply = await opened.request(
    { jsonrpc: "2.0", id: 1, method: "initialize", params },
    { send: () => undefined },
  );
  return (JSON.parse(reply?.json ?? "{}") as Wire).result; // what the server sent
}

describe("a call as a task", () => {
  it("is answered with the task, and tasks/result with what the call came to", async () => {
    const { nodes, node } = one();
    const done = deferred<string>();
    node.tool("slow", true, () => done.promise);
    const { request } = await node.session();
    const begun = await request("tools/call", { name: "slow", task: { ttl: 60_000 } });
    expect(begun?.result).toEqual({
      task: {
        taskId: taskIdIn(begun),
        status: "working",
        createdAt: expect.any(String) as unknown,
        lastUpdatedAt: expect.any(String) as unknown,
        ttl: 60_000,
        pollInterval: 1_000,
      },
    });
    const taskId = taskIdIn(begun);
    const result = request("tasks/result", { taskId });
    await nodes.settle();
    done.resolve("done");
    expect((await nodes.within(1_000, result))?.result).toEqual({
      content: [{ type: "text", text: "done" }],
      _meta: { [RELATED]: { taskId } },
    });
    expect((await request("tasks/get", { taskId }))?.result).toMatchObject({ status: "completed" });
  });

  it("is kept for as long as the client asks, within limits", async () => {
    const { node } = one({ maxTtlMs: 100_000, ttlMs: 50_000 });
    node.tool("any", true, () => "done");
    const { request } = await node.session();
    const ttl = async (task: JsonObject): Promise<unknown> => {
      const reply = await request("tools/call", { name: "any", task });
      return (reply?.result?.["task"] as JsonObject | undefined)?.["ttl"] ?? reply?.error?.code;
    };
    expect(await ttl({})).toBe(50_000);
    expect(await ttl({ ttl: 1e12 })).toBe(100_000);
    expect(await ttl({ ttl: 0 })).toBe(1_000);
    expect(await ttl({ ttl: 1_500.5 })).toBe(1_501);
    expect(await ttl({ ttl: -1 })).toBe(-32602);
    expect(await ttl({ ttl: "long" })).toBe(-32602);
    expect((await request("tools/call", { name: "any", task: "yes" }))?.error?.code).toBe(-32602);
  });

  it("is refused where the tool is none, and a plain call where it is nothing else", async () => {
    const { node } = one();
    node.tool("plain", false, () => "plain");
    node.tool("long", "required", () => "long");
    const { request } = await node.session();
    const older = await handshaken(node.server, "2025-06-18");
    expect((await request("tools/call", { name: "plain", task: {} }))?.error?.code).toBe(-32601);
    expect((await request("tools/call", { name: "long" }))?.error?.code).toBe(-32601);
    const refused = await older.request("tools/call", { name: "long", task: {} });
    expect(refused?.error).toMatchObject({ code: -32601 });
    expect(refused?.error?.message).toContain("2025-11-25");
    const plain = await older.request("tools/call", { name: "plain", task: {} });
    expect(plain?.result).toMatchObject({ content: [{ text: "plain" }] });
  });

  it("is a plain call on a server where no tool is a task", async () => {
    const { node } = one();
    node.tool("plain", false, () => "plain");
    const { request } = await node.session();
    const reply = await request("tools/call", { name: "plain", task: {} });
    expect(reply?.result).toMatchObject({ content: [{ text: "plain" }] });
  });

  it("is a task that has failed where it does not come to its handler", async () => {
    const { node } = one();
    node.tool("large", { before: () => Promise.reject(new ToolError("x".repeat(20_000))) }, () => "never");
    const { request } = await node.session();
    const begun = await request("tools/call", { name: "large", task: {} });
    expect(begun?.result).toMatchObject({ task: { status: "working" } });
    const taskId = taskIdIn(begun);
    const got = (await request("tasks/get", { taskId }))?.result;
    expect(got).toMatchObject({ status: "failed" });
    expect(got?.["statusMessage"]).toHaveLength(1_025);
    const result = await request("tasks/result", { taskId });
    expect(result?.result).toMatchObject({ isError: true, content: [{ text: "x".repeat(20_000) }] });
  });
});

describe("how a task of 2025-11-25 ends", () => {
  it("is failed with a result that is an error, and with an error of the protocol", async () => {
    const { nodes, node } = one();
    node.tool("fails", true, () => {
      throw new ToolError("no such note");
    });
    node.tool("refuses", true, () => {
      throw new ProtocolError(-31_500, "not today", { why: "rain" });
    });
    const link = await node.session();
    const [failed, refused] = [await begin(link, "fails"), await begin(link, "refuses")];
    await nodes.settle();
    expect((await link.request("tasks/get", { taskId: failed }))?.result).toMatchObject({
      status: "failed",
      statusMessage: "no such note",
    });
    expect((await link.request("tasks/result", { taskId: failed }))?.result).toMatchObject({ isError: true });
    expect((await link.request("tasks/get", { taskId: refused }))?.result?.["status"]).toBe("failed");
    expect((await link.request("tasks/result", { taskId: refused }))?.error).toEqual({
      code: -31_500,
      message: "not today",
      data: { why: "rain" },
    });
  });

  it("is cancelled before tasks/cancel is answered, once, and has no result then", async () => {
    const { nodes, node } = one();
    node.tool("slow", true, never);
    const { request } = await node.session();
    const taskId = taskIdIn(await request("tools/call", { name: "slow", task: {} }));
    const waiting = request("tasks/result", { taskId });
    await nodes.settle();
    expect((await request("tasks/cancel", { taskId }))?.result).toMatchObject({
      taskId,
      status: "cancelled",
    });
    expect((await nodes.within(1_000, waiting))?.error?.code).toBe(-32600);
    expect((await request("tasks/result", { taskId }))?.error?.code).toBe(-32600);
    expect((await request("tasks/cancel", { taskId }))?.error).toEqual({
      code: -32602,
      message: "Cannot cancel task: already in terminal status 'cancelled'",
    });
  });
});

describe("tasks/list", () => {
  it("has all tasks of a principal, of both protocols, in pages, and nobody else's", async () => {
    const { node } = one();
    node.tool("slow", true, never);
    const [session, others] = [await node.session({}, ann), await node.session({}, { id: "bob" })];
    await begin(others, "slow");
    const begun = [taskIdIn(await node.client(ann)("tools/call", { name: "slow" }))];
    while (begun.length < 51) begun.push(await begin(session, "slow"));
    const first = (await session.request("tasks/list"))?.result;
    const second = (await session.request("tasks/list", { cursor: first?.["nextCursor"] }))?.result;
    const listed = [first, second].flatMap((page) => page?.["tasks"] as JsonObject[]);
    expect(listed.map(({ taskId }) => taskId)).toEqual(begun);
    expect(listed[0]).toMatchObject({ status: "working", ttl: 3_600_000 });
    expect(second).not.toHaveProperty("nextCursor");
  });

  it("refuses cursors it did not give out, and callers that nobody knows", async () => {
    const { node } = one();
    node.tool("any", true, never);
    const session = await node.session({}, ann);
    for (const cursor of [5, "x", btoa('{"list":"tasks","place":0,"after":"x"}')])
      expect((await session.request("tasks/list", { cursor }))?.error?.code).toBe(-32602);
    expect((await (await node.session()).request("tasks/list"))?.error?.code).toBe(-32601);
  });
});

describe("what a client of 2025-11-25 is told of its tasks", () => {
  it("is each change of theirs, and progress with the token of the call", async () => {
    const { nodes, node } = one();
    const done = deferred<string>();
    node.tool("steps", true, async (ctx) => {
      await ctx.progress(1, 2, "half");
      return done.promise;
    });
    const [link, other] = [await node.session(), await node.session()];
    const call = { name: "steps", task: {}, _meta: { progressToken: "p" } };
    const taskId = taskIdIn(await link.request("tools/call", call));
    await nodes.settle();
    done.resolve("done");
    await nodes.settle();
    expect(link.pushed).toMatchObject([
      {
        method: "notifications/progress",
        params: {
          progressToken: "p",
          progress: 1,
          total: 2,
          message: "half",
          _meta: { [RELATED]: { taskId } },
        },
      },
      { method: "notifications/tasks/status", params: { taskId, status: "working", statusMessage: "half" } },
      { method: "notifications/tasks/status", params: { taskId, status: "completed" } },
    ]);
    for (const { params } of link.pushed) expect(params).not.toHaveProperty("recipient");
    expect(link.pushed[1]?.params).not.toHaveProperty("_meta");
    expect(other.pushed).toEqual([]);
  });
});

describe("the questions of a task of 2025-11-25", () => {
  const ELICITS = { elicitation: { form: {} } };

  async function asking() {
    const { nodes, node } = one();
    node.tool("ask", true, async (ctx) => {
      const answer = await ctx.elicit("Who?").catch((error: unknown) => ({ action: String(error) }));
      return answer.action;
    });
    const link = await node.session(ELICITS);
    const taskId = await begin(link, "ask");
    await nodes.settle();
    const answer = (question: Wire, with_: object): unknown =>
      link.link.answer({ jsonrpc: "2.0", id: question.id, ...with_ } as Parameters<
        typeof link.link.answer
      >[0]);
    return { nodes, node, ...link, taskId, answer };
  }

  const only = (sent: readonly Wire[]): Wire => {
    expect(sent).toHaveLength(1);
    return sent[0] ?? {};
  };

  it("are put with each tasks/result, once, and what is answered first goes to the handler", async () => {
    const { nodes, request, taskId, answer } = await asking();
    expect((await request("tasks/get", { taskId }))?.result?.["status"]).toBe("input_required");
    const [sent, more]: [Wire[], Wire[]] = [[], []];
    const result = request("tasks/result", { taskId }, { sent });
    const second = request("tasks/result", { taskId }, { sent: more });
    await nodes.settle();
    const question = only(sent);
    expect(question).toMatchObject({
      method: "elicitation/create",
      params: { message: "Who?", _meta: { [RELATED]: { taskId } } },
    });
    // The stream of the first may be cut, and who asks again is not to wait for what never comes.
    expect(only(more)).toMatchObject({ method: "elicitation/create", params: { message: "Who?" } });
    answer(question, { result: { action: "accept", content: {} } });
    const replies = await nodes.within(1_000, Promise.all([result, second]));
    for (const reply of replies) expect(reply?.result).toMatchObject({ content: [{ text: "accept" }] });
    expect([sent, more].map((all) => all.filter(({ id }) => id !== undefined).length)).toEqual([1, 1]);
  });

  it("are put by the next exchange when the one that did so is given up", async () => {
    const { nodes, request, taskId, answer } = await asking();
    const away = new AbortController();
    const [first, next]: [Wire[], Wire[]] = [[], []];
    const given = request("tasks/result", { taskId }, { sent: first, signal: away.signal });
    const result = request("tasks/result", { taskId }, { sent: next });
    await nodes.settle();
    only(first);
    away.abort();
    expect(await given).toBeUndefined();
    await nodes.settle();
    answer(only(next), { result: { action: "decline" } });
    expect((await nodes.within(1_000, result))?.result).toMatchObject({ content: [{ text: "decline" }] });
  });

  it("may be answered with an error, which the handler gets", async () => {
    const { nodes, request, taskId, answer } = await asking();
    const sent: Wire[] = [];
    const result = request("tasks/result", { taskId }, { sent });
    await nodes.settle();
    answer(only(sent), { error: { code: -1, message: "not now" } });
    const reply = await nodes.within(1_000, result);
    expect(reply?.result).toMatchObject({
      content: [{ text: "AskRefusedError: elicitation/create: the client answered with an error: not now" }],
    });
  });

  it("wait for the client's next try when it does not answer in time", async () => {
    const { nodes, request, taskId, answer } = await asking();
    const late = request("tasks/result", { taskId }, { sent: [] });
    expect((await nodes.within(3_600_000, late))?.error).toMatchObject({ code: -32600 });
    const sent: Wire[] = [];
    const result = request("tasks/result", { taskId }, { sent });
    await nodes.settle();
    answer(only(sent), { result: { action: "cancel" } });
    expect((await nodes.within(1_000, result))?.result).toMatchObject({ content: [{ text: "cancel" }] });
  });

  it("cannot be put to a client that cannot be asked, which is told so", async () => {
    const { nodes, node, taskId } = await asking();
    const { request } = await handshaken(node.server, "2025-11-25");
    const reply = await nodes.within(1_000, request("tasks/result", { taskId }));
    expect(reply?.error?.code).toBe(-32600);
  });

  it("leave the exchange when the server drains", async () => {
    const { nodes, link, request, taskId } = await asking();
    const send = (_message: Outgoing): void => undefined;
    const result = request("tasks/result", { taskId }, { send });
    await nodes.settle();
    link.drain();
    expect((await nodes.within(1_000, result))?.error?.code).toBe(-31002);
  });
});
