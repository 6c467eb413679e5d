import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { McpServer, memoryState, type State } from "@towpath/mcp-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { streamableHttp } from "../../src/index.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { post, toolCall } from "../support/requests.js";
import { calculator } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

const REQUEST_START = "http.server.request.start";

/** The server of node:http that listens on a port, once it was sent a request. */
async function serverAt(url: string): Promise<Server> {
  const { port } = new URL(url);
  const found: Server[] = [];
  const listener = (message: unknown): void => {
    const { server } = message as { server: Server }; // as Node documents it
    const address = server.address();
    if (typeof address === "object" && String(address?.port) === port) found.push(server);
  };
  subscribe(REQUEST_START, listener);
  onTestFinished(() => void unsubscribe(REQUEST_START, listener));
  await (await fetch(new URL("/health", url))).text();
  const [server] = found;
  if (server === undefined) throw new Error("No request came");
  return server;
}

/** A state that counts what listens on its bus. */
function counting(): { readonly state: State; readonly count: () => number } {
  const state = memoryState();
  const { bus } = state;
  let count = 0;
  const subscribed: State["bus"]["subscribe"] = async (topic, heard) => {
    const stop = await bus.subscribe(topic, heard);
    count += 1;
    return async () => {
      count -= 1;
      await stop();
    };
  };
  return {
    state: {
      records: state.records,
      logs: state.logs,
      bus: {
        publish: (...args) => bus.publish(...args),
        request: (...args) => bus.request(...args),
        serve: (...args) => bus.serve(...args),
        subscribe: subscribed,
      },
      available: true,
      close: () => state.close(),
    },
    count: () => count,
  };
}

describe("a server that listens", () => {
  it("goes on after an error of its socket, and tells the author", async () => {
    const errors: unknown[] = [];
    const { url } = await startServer(calculator(), { onError: (error) => errors.push(error) });
    const error = Object.assign(new Error("accept EMFILE"), { code: "EMFILE" });
    (await serverAt(url)).emit("error", error);
    expect(errors).toEqual([error]);
    expect((await post(url, toolCall("stateless", "add", { a: 1, b: 2 }))).status).toBe(200);
  });

  it("leaves nothing behind when it cannot listen", async () => {
    const { port } = await startServer(calculator());
    const { state, count } = counting();
    const mcp = new McpServer("late", { state });
    await nextTurn();
    const before = count();
    await expect(streamableHttp({ port, sessions: true }).start(mcp)).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await expect.poll(count).toBe(before);
    const { drain } = await startServer(mcp, { sessions: true });
    await expect.poll(count).toBe(before + 1);
    await drain();
    await expect.poll(count).toBe(before);
  });
});
