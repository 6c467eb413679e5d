import { beforeAll, describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { legacy } from "../../../test/support/scripted-server.js";
import {
  calm,
  decline,
  done,
  experimental,
  experimentalServer,
  held,
  inTurn,
  loadTasks,
  pass,
  refused,
  sent,
  tell,
  tellProgress,
  tokenOf,
  watch,
} from "../../../test/support/scripted-tasks.js";
import type { Progress } from "../../protocol/types.js";
import { RELATED_TASK } from "../wire.js";

beforeAll(loadTasks);

const nothing = (): void => undefined;

describe("calling a tool of a server of 2025-11-25", () => {
  it.each(["may", "never", "plain", "unknown"])("is plain where it need not be a task: %s", async (name) => {
    const { client, later } = await connectedClient(experimentalServer());
    expect(await client.callTool(name)).toEqual(done);
    expect(sent(later(), "tools/call")).toEqual([{ name, arguments: {} }]);
    await client.close();
  });

  it("is a task where it has to be one, whose result is waited for however long that takes", async () => {
    const result = held(done);
    const script = experimentalServer({ "tasks/result": result.answer });
    const { client, clock, later } = await connectedClient(script);
    const outcome = watch(client.callTool("must", { a: 1 }));
    await calm();
    clock.advance(50 * 60_000);
    await calm();
    expect(outcome()).toBeUndefined();
    result.release();
    await calm();
    expect(outcome()).toEqual(done);
    expect(later().map(({ method }) => method)).toEqual(["tools/list", "tools/call", "tasks/result"]);
    expect(sent(later(), "tools/call")).toEqual([{ name: "must", arguments: { a: 1 }, task: {} }]);
    await client.close();
  });

  it("lists the tools once, and not when they were listed before", async () => {
    const { client, later } = await connectedClient(experimentalServer());
    await client.listTools();
    await client.callTool("may");
    await client.callTool("unknown");
    await client.callTool("unknown");
    expect(sent(later(), "tools/list")).toHaveLength(2);
    await client.close();
  });

  it("lists them anew after they have changed", async () => {
    const { client, end, later } = await connectedClient(experimentalServer());
    await client.callTool("may");
    end.send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    await client.callTool("may");
    expect(sent(later(), "tools/list")).toHaveLength(2);
    await client.close();
  });

  it("is tried in the other way when the server refuses it, as its tools have changed untold", async () => {
    let isTask = false;
    const script = experimentalServer({
      "tools/list": ({ id }, to) => {
        const execution = isTask ? { execution: { taskSupport: "required" } } : {};
        const kept = { ttlMs: 3_600_000, cacheScope: "private" };
        to.result(id, { tools: [{ name: "t", inputSchema: {}, ...execution }], ...kept });
      },
      "tools/call": ({ id, params }, to) => {
        if (isTask && params?.["task"] === undefined) to.error(id, -32601);
        else to.result(id, isTask ? { task: experimental("working") } : done);
      },
      "tasks/result": inTurn({ content: [] }),
    });
    const { client, later } = await connectedClient(script);
    expect(await client.callTool("t")).toEqual(done);
    isTask = true;
    expect(await client.callTool("t")).toEqual({ content: [] });
    expect(sent(later(), "tools/call").map(({ task }) => task)).toEqual([undefined, undefined, {}]);
    await client.close();
  });

  it("counts the time that listing the tools takes", async () => {
    const { client, clock } = await connectedClient(experimentalServer({ "tools/list": nothing }));
    const outcome = watch(client.callTool("must", {}, { maxTotalTimeoutMs: 2_000 }));
    await pass(clock, 2_000);
    expect(outcome()).toMatch(/RequestTimeoutError: tools\/call: no answer within 2000 ms/);
    await client.close();
  });

  it.each([
    [
      "of an earlier revision",
      legacy(undefined, { tools: {}, tasks: { requests: { tools: { call: {} } } } }, "2025-06-18"),
    ],
    ["that does not declare tasks", legacy(undefined, { tools: {} })],
  ])("is never a task on a server %s", async (_, script) => {
    const { client, later } = await connectedClient(script);
    watch(client.callTool("must"));
    await calm();
    expect(sent(later(), "tools/call")).toEqual([{ name: "must", arguments: {} }]);
    expect(sent(later(), "tools/list")).toEqual([]);
    await client.close();
  });

  it("leaves a task alone that is asked for by hand", async () => {
    const { client } = await connectedClient(experimentalServer());
    const params = { name: "must", arguments: {}, task: { ttl: 5 } };
    expect(await client.request("tools/call", params)).toEqual({ task: experimental("working") });
    await client.close();
  });

  it("declares nothing of it under extensions", async () => {
    const { client, end } = await connectedClient(experimentalServer());
    const initialize = end.received.find(({ method }) => method === "initialize");
    expect(initialize?.params?.["capabilities"]).toEqual({});
    await client.close();
  });
});

describe("the result of a task of 2025-11-25", () => {
  it("is asked for again when it was lost, once the server can be asked how the task stands", async () => {
    const script = experimentalServer({
      "tasks/result": ({ id }, to) => {
        if (to.index === 0) to.lose("cut");
        else to.result(id, done);
      },
      "tasks/get": inTurn(experimental("working")),
    });
    const { client, server, clock } = await connectedClient(script, {
      reconnect: { attempts: 3, windowMs: 60_000 },
    });
    const outcome = watch(client.callTool("must"));
    await pass(clock, 1_000);
    expect(outcome()).toEqual(done);
    expect(server.methods()[1]).toEqual([
      "initialize",
      "notifications/initialized",
      "tasks/get",
      "tasks/result",
    ]);
    await client.close();
  });

  it.each([
    ["cancelled", { statusMessage: "by somebody" }, /TaskCancelledError: by somebody/],
    ["failed", {}, /ProtocolError: error -32000/],
  ])("is an error when it is %s", async (status, more, message) => {
    const script = experimentalServer({
      "tasks/result": refused(-32000),
      "tasks/get": inTurn(experimental(status, more)),
    });
    const { client } = await connectedClient(script);
    const outcome = watch(client.callTool("must"));
    await calm();
    expect(outcome()).toMatch(message);
    await client.close();
  });

  it("is the server's error for a task it does not know", async () => {
    const script = experimentalServer({
      "tasks/result": refused(-32602),
      "tasks/get": refused(-32602),
    });
    const { client } = await connectedClient(script);
    const outcome = watch(client.callTool("must"));
    await calm();
    expect(outcome()).toMatch(/error -32602/);
    await client.close();
  });

  it("cancels the task when it is given up", async () => {
    const script = experimentalServer({ "tasks/cancel": inTurn(experimental("cancelled")) });
    const { client, later } = await connectedClient(script);
    const controller = new AbortController();
    const outcome = watch(client.callTool("must", {}, { signal: controller.signal }));
    await calm();
    controller.abort(new Error("enough"));
    await calm();
    expect(outcome()).toBe("Error: enough");
    expect(sent(later(), "tasks/cancel")).toEqual([{ taskId: "t1" }]);
    await client.close();
  });

  it("is waited for no longer by a call that is given up, though the task is said to have ended", async () => {
    const { client, end, later } = await connectedClient(experimentalServer());
    const controller = new AbortController();
    const outcome = watch(client.callTool("must", {}, { signal: controller.signal }));
    await calm();
    tell(end, "notifications/tasks/status", experimental("completed"));
    controller.abort(new Error("enough"));
    await calm();
    expect(outcome()).toBe("Error: enough");
    const asked = later().find(({ method }) => method === "tasks/result");
    expect(sent(later(), "notifications/cancelled")).toMatchObject([{ requestId: asked?.id }]);
    await client.close();
  });

  it("is not what the server says of another task", async () => {
    const script = experimentalServer({
      "tasks/result": refused(-32000),
      "tasks/get": inTurn(experimental("cancelled", { taskId: "other" })),
    });
    const { client } = await connectedClient(script);
    const outcome = watch(client.callTool("must"));
    await calm();
    expect(outcome()).toMatch(/error -32000/);
    await client.close();
  });

  it("does not wait for long to learn how the task is described at its end", async () => {
    const result = held(done);
    const script = experimentalServer({ "tasks/result": result.answer, "tasks/get": nothing });
    const { client, clock } = await connectedClient(script);
    const handle = await client.startTask("must");
    const updates = handle.updates();
    await updates.next();
    const outcome = watch(handle.result());
    await calm();
    result.release();
    await pass(clock, 5_000);
    expect(outcome()).toEqual(done);
    expect((await updates.next()).value).toMatchObject({ status: "completed" });
    await client.close();
  });

  it("may be preceded by questions, whose answers name the task", async () => {
    const related = { _meta: { [RELATED_TASK]: { taskId: "t1" } } };
    const params = { message: "?", requestedSchema: { type: "object", properties: {} }, ...related };
    const script = experimentalServer({
      "tasks/result": ({ id }, to) => {
        to.send({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params });
        to.result(id, done);
      },
    });
    const { client, later } = await connectedClient(script, { elicit: decline });
    await client.callTool("must");
    await calm();
    expect(later().find(({ id }) => id === "q")?.result).toEqual({ action: "decline", ...related });
    await client.close();
  });
});

describe("progress of a task of 2025-11-25", () => {
  it("comes with the token of the call for as long as the task takes", async () => {
    const result = held(done);
    let token: unknown;
    const script = experimentalServer({
      "tools/call": (message, to) => {
        token = tokenOf(message);
        tellProgress(to, token, 1);
        to.result(message.id, { task: experimental("working") });
      },
      "tasks/result": (message, to) => {
        tellProgress(to, token, 2);
        result.answer(message, to);
      },
    });
    const { client, end } = await connectedClient(script);
    const reported: Progress[] = [];
    const call = client.callTool("must", {}, { onProgress: (each) => void reported.push(each) });
    await calm();
    tellProgress(end, token, 3);
    result.release();
    await call;
    tellProgress(end, token, 4);
    expect(reported).toEqual([{ progress: 1 }, { progress: 2 }, { progress: 3 }]);
    await client.close();
  });

  it("is not asked for by a call that does not want it", async () => {
    const script = experimentalServer({ "tasks/result": inTurn(done) });
    const { client, later } = await connectedClient(script);
    await client.callTool("must");
    expect(later().map(tokenOf)).toEqual([undefined, undefined, undefined]);
    await client.close();
  });
});
