import { memoryState } from "@towpath/mcp-core";
import { nodeView, type NodeView } from "@towpath/mcp-core/testing";
import { deferred } from "@towpath/test-support/deferred.js";
import { describe, expect, it } from "vitest";
import type { SseServerOptions } from "../../src/index.js";
import { changed } from "../support/changed-state.js";
import { stage, type Stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

const ping = (id: number): object => ({ jsonrpc: "2.0", id, method: "ping" });

interface Ends {
  readonly a: Stage;
  readonly b: Stage;
  readonly views: readonly NodeView[];
  /** What the author was told. */
  readonly errors: readonly unknown[];
}

/** Two nodes that can both be cut off from their state. */
async function nodes(): Promise<Ends> {
  const state = memoryState();
  const views = [nodeView(state), nodeView(state)] as const;
  const errors: unknown[] = [];
  const options: SseServerOptions = { onError: (error) => errors.push(error) };
  const [a, b] = [await stage(options, { state: views[0] }), await stage(options, { state: views[1] })];
  return { a, b, views, errors };
}

async function statusOf(asked: Promise<Response>): Promise<readonly [number, string | null]> {
  const response = await asked;
  await response.text();
  return [response.status, response.headers.get("retry-after")];
}

describe("while the state is away", () => {
  it("sessions are neither opened nor reached from other nodes, and clients are to come later", async () => {
    const { a, b, views, errors } = await nodes();
    const visitor = await Visitor.begin(a.url);
    for (const view of views) view.cutOff();
    expect(await statusOf(fetch(b.url))).toEqual([503, "1"]);
    expect(await statusOf(visitor.post(ping(1), {}, visitor.at(b.url)))).toEqual([503, "1"]);
    expect((await fetch(new URL("/ready", b.url))).status).toBe(503);
    for (const view of views) view.reconnect();
    expect((await visitor.post(ping(2), {}, visitor.at(b.url))).status).toBe(202);
    expect(await visitor.nextResponse()).toMatchObject({ id: 2, result: {} });
    await Visitor.begin(b.url);
    expect(errors).toEqual([]);
  });

  it("a session goes on where its stream is", async () => {
    const { a, views, errors } = await nodes();
    const [visitor, leaving] = [await Visitor.begin(a.url), await Visitor.begin(a.url)];
    for (const view of views) view.cutOff();
    expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: { content: [{ text: "3" }] } });
    leaving.leave();
    await expect.poll(() => a.links.count).toBe(1);
    expect(await visitor.request("ping")).toMatchObject({ result: {} });
    expect(errors).toEqual([]);
    for (const view of views) view.reconnect();
  });
});

describe("a state that goes away", () => {
  it("leaves it open whether a message that is under way was taken: 504", async () => {
    const [state, asked] = [memoryState(), deferred()];
    const view = nodeView(state);
    const slow = changed(state, {
      bus: {
        serve: (topic, take) =>
          state.bus.serve(topic, async (message) => {
            asked.resolve();
            await away.promise;
            return take(message);
          }),
      },
    });
    const away = deferred();
    const [owner, other] = [await stage({}, { state: slow }), await stage({}, { state: view })];
    const visitor = await Visitor.open(owner.url);
    const responding = visitor.post(ping(1), {}, visitor.at(other.url));
    await asked.promise;
    view.cutOff();
    const response = await responding;
    expect([response.status, response.headers.get("retry-after")]).toEqual([504, null]);
    expect(await response.json()).toMatchObject({
      id: 1,
      error: { code: -32603, message: expect.stringContaining("may have taken") as string },
    });
    away.resolve();
    expect(await visitor.message()).toMatchObject({ id: 1, result: {} });
  });
});
