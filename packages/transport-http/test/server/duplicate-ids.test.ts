import { describe, expect, it } from "vitest";
import { waitingServer } from "../support/servers.js";
import { ERAS, INITIALIZE, post, toolCall, type Headers, type RequestStart } from "../support/requests.js";
import { startServer } from "../support/start-server.js";

async function session(url: string): Promise<Headers> {
  const response = await post(url, INITIALIZE);
  await response.text();
  return { "mcp-session-id": response.headers.get("mcp-session-id") ?? "" };
}

/** Calls with the same id at the same time, which are answered in another order than they came in. */
async function crossed(url: string, waiting: ReturnType<typeof waitingServer>, starts: RequestStart[]) {
  const calls = starts.map((_start, index) => `call ${String(index)}`);
  const answers = starts.map((start, index) =>
    post(url, toolCall("handshake", "wait", { call: calls[index] ?? "" }, start)).then((it) => it.text()),
  );
  for (const call of calls) await waiting.begun(call);
  for (const [index, call] of [...calls.entries()].reverse()) {
    waiting.release(call);
    await answers[index];
  }
  return Promise.all(answers);
}

describe("requests with the same id at the same time each get their own answer", () => {
  it.each(ERAS)("from clients without a session, in the %s era", async (era) => {
    const waiting = waitingServer();
    const { url } = await startServer(waiting.mcp);
    const first = post(url, toolCall(era, "wait", { call: "first" }));
    const second = post(url, toolCall(era, "wait", { call: "second" }));
    await Promise.all([waiting.begun("first"), waiting.begun("second")]);
    waiting.release("second");
    expect(await (await second).text()).toContain("second is done");
    waiting.release("first");
    expect(await (await first).text()).toContain("first is done");
  });

  it("in one session", async () => {
    const waiting = waitingServer();
    const { url } = await startServer(waiting.mcp, { sessions: true });
    const headers = await session(url);
    const answers = await crossed(url, waiting, [{ headers }, { headers }, { headers }]);
    for (const [index, answer] of answers.entries())
      expect(answer).toContain(`call ${String(index)} is done`);
  });

  it("in several sessions", async () => {
    const waiting = waitingServer();
    const { url } = await startServer(waiting.mcp, { sessions: true });
    const starts = [{ headers: await session(url) }, { headers: await session(url) }];
    const answers = await crossed(url, waiting, starts);
    for (const [index, answer] of answers.entries())
      expect(answer).toContain(`call ${String(index)} is done`);
  });

  it("as streams whose progress has the same token", async () => {
    const waiting = waitingServer();
    const { url } = await startServer(waiting.mcp, { sessions: true });
    const headers = await session(url);
    const meta = { progressToken: 1 };
    const answers = await crossed(url, waiting, [
      { headers, meta },
      { headers, meta },
    ]);
    for (const [index, answer] of answers.entries()) {
      expect(answer).toContain(`call ${String(index)} has begun`);
      expect(answer).toContain(`call ${String(index)} is done`);
      expect(answer).not.toContain(`call ${String(1 - index)}`);
    }
  });

  it("and a cancellation in one session does not reach another", async () => {
    const waiting = waitingServer();
    const { url } = await startServer(waiting.mcp, { sessions: true });
    const [mine, theirs] = [await session(url), await session(url)];
    const answer = post(url, toolCall("handshake", "wait", { call: "mine" }, { headers: mine }));
    await waiting.begun("mine");
    const { headers } = toolCall("handshake", "wait", {}, { headers: theirs });
    const body = JSON.stringify({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 1 },
    });
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(202);
    waiting.release("mine");
    expect(await (await answer).text()).toContain("mine is done");
  });
});
