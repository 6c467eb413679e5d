import { describe, expect, it } from "vitest";
import { z } from "zod";
import { deferred } from "../../protocol/deferred.js";
import { RequestLostError, TowpathErrorCode } from "../../protocol/errors.js";
import { textOf } from "../../../test/support/text-of.js";
import { McpServer } from "../../server/server.js";
import { connectPair, ERAS } from "../../testing/connect-pair.js";
import type { Progress } from "../../protocol/types.js";
import type { TaskSnapshot } from "./types.js";

const name = z.object({ name: z.string() });

function server(): McpServer {
  const mcp = new McpServer("tasks", { onError: () => undefined });
  mcp.tool("greet", { task: { required: true, pollIntervalMs: 50 }, output: name }, async (_, ctx) => {
    await ctx.progress(1, 2, "asking");
    const answer = await ctx.elicit("Who?", name);
    await ctx.progress(2, 2);
    return answer.action === "accept" ? answer.content : { name: "nobody" };
  });
  mcp.tool("fail", { task: { required: true, pollIntervalMs: 50 } }, () => {
    throw new Error("no");
  });
  mcp.tool("wait", { task: { required: true, pollIntervalMs: 50 } }, async (_, ctx) => {
    await new Promise((_resolve, reject) => {
      ctx.signal.addEventListener("abort", () => {
        reject(new Error("stopped"));
      });
    });
    return "";
  });
  mcp.tool("plain", {}, () => "plain");
  return mcp;
}

const elicit = () => ({ action: "accept", content: { name: "Ada" } }) as const;

describe.each(ERAS)("tasks of client and server in the %s era", (era) => {
  it("are calls like any other to callTool, questions and progress included", async () => {
    const { client, close } = await connectPair(server(), { era, elicit });
    const reported: Progress[] = [];
    const onProgress = (progress: Progress): void => void reported.push(progress);
    const { structuredContent } = await client.callTool("greet", {}, { onProgress });
    expect(structuredContent).toEqual({ name: "Ada" });
    expect(reported[0]).toMatchObject({ progress: 1, total: 2 });
    expect(await client.callTool("fail")).toMatchObject({ isError: true });
    expect(textOf(await client.callTool("plain"))).toBe("plain");
    await close();
  });

  it("have handles, which other clients pick up", async () => {
    const mcp = server();
    const first = await connectPair(mcp, { era, elicit });
    const handle = await first.client.startTask("greet");
    const seen: TaskSnapshot[] = [];
    for await (const snapshot of handle.updates()) seen.push(snapshot);
    expect(seen.at(-1)?.status).toBe("completed");
    expect((await handle.result()).structuredContent).toEqual({ name: "Ada" });
    const second = await connectPair(mcp, { era });
    const again = await second.client.resumeTask(JSON.stringify(handle));
    expect((await again.result()).structuredContent).toEqual({ name: "Ada" });
    await Promise.all([first.close(), second.close()]);
  });

  it("that fail with what would pass, were it about a request, have failed", async () => {
    const mcp = new McpServer("tasks");
    mcp.tool("lose", { task: { required: true, pollIntervalMs: 50 } }, () => {
      throw new RequestLostError();
    });
    const { client, close } = await connectPair(mcp, { era });
    const handle = await client.startTask("lose");
    await expect(handle.result()).rejects.toMatchObject({ code: TowpathErrorCode.requestLost });
    expect(handle.status.status).toBe("failed");
    await close();
  });

  it("are asked about by whoever waits, though another is asked as well and says nothing", async () => {
    const mcp = server();
    const asked = deferred();
    const silent = await connectPair(mcp, {
      era,
      elicit: () => (asked.resolve(), new Promise(() => undefined)),
    });
    const handle = await silent.client.startTask("greet");
    const waiting = handle.result();
    await asked.promise;
    const second = await connectPair(mcp, { era, elicit });
    const again = await second.client.resumeTask(JSON.stringify(handle));
    expect((await again.result()).structuredContent).toEqual({ name: "Ada" });
    expect((await waiting).structuredContent).toEqual({ name: "Ada" });
    await Promise.all([silent.close(), second.close()]);
  });

  it("are cancelled by their handle, and with the call that made them", async () => {
    const { client, traffic, close } = await connectPair(server(), { era });
    const handle = await client.startTask("wait");
    const waiting = handle.result();
    await handle.cancel();
    await expect(waiting).rejects.toMatchObject({ name: "TaskCancelledError", taskId: handle.id });
    traffic.clear();
    const controller = new AbortController();
    const call = client.callTool("wait", {}, { signal: controller.signal });
    await traffic.seen(era === "handshake" ? "tasks/result" : "tasks/get");
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await traffic.seen("tasks/cancel");
    await close();
  });
});
