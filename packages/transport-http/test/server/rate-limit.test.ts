import {
  McpClient,
  McpServer,
  memoryState,
  RateLimitedError,
  type RateLimitOptions,
} from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { streamableHttpClient, type HttpOptions } from "../../src/index.js";
import { ERAS, INITIALIZE, POST_HEADERS, post, toolCall } from "../support/requests.js";
import { startServer } from "../support/start-server.js";

/** Everybody is who they say they are. */
const authorize: NonNullable<HttpOptions["authorize"]> = ({ headers }) => ({
  id: headers.get("x-name") ?? "nobody",
});

async function nodes(rateLimit: RateLimitOptions): Promise<readonly [url: string, other: string]> {
  const shared = { rateLimit, state: memoryState(), clock: new ManualClock(500) };
  const start = async (): Promise<string> => {
    const mcp = new McpServer("limited", shared);
    mcp.tool("count", {}, () => "counted");
    return (await startServer(mcp, { authorize })).url;
  };
  return [await start(), await start()];
}

describe("a rate limit", () => {
  it.each(ERAS)("is told with 429 and Retry-After, in the %s era", async (era) => {
    const [a, b] = await nodes({ requests: 2 });
    const headers = { "x-name": "ann" };
    for (const url of [a, b]) {
      const served = await post(url, toolCall("stateless", "count", {}, { headers }));
      expect([served.status, served.headers.get("retry-after")]).toEqual([200, null]);
    }
    const refused = await post(
      a,
      era === "stateless"
        ? toolCall(era, "count", {}, { headers, id: 7 })
        : { ...INITIALIZE, headers: { ...INITIALIZE.headers, ...headers } },
    );
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("content-type")]).toEqual(
      [429, "60", "application/json"],
    );
    expect(refused.headers.get("mcp-session-id")).toBeNull();
    expect(await refused.json()).toEqual({
      jsonrpc: "2.0",
      id: era === "stateless" ? 7 : 0,
      error: {
        code: -31004,
        message: "At most 2 requests are served in 60000 ms; try again in 59500 ms",
        data: { retryAfterMs: 59_500 },
      },
    });
    const other = await post(a, toolCall("stateless", "count", {}, { headers: { "x-name": "bob" } }));
    expect(other.status).toBe(200);
  });

  it("counts each request of a batch, and says so in the answer to each", async () => {
    const [url] = await nodes({ requests: 2 });
    const initialize = { ...INITIALIZE.message.params, protocolVersion: "2025-03-26" };
    const begun = await post(url, { ...INITIALIZE, message: { ...INITIALIZE.message, params: initialize } });
    const session = begun.headers.get("mcp-session-id") ?? "";
    await begun.text();
    const batch = [1, 2, 3].map((id) => ({ jsonrpc: "2.0", id, method: "tools/list" }));
    const headers = { ...POST_HEADERS, "mcp-session-id": session };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(batch) });
    expect(answer.status).toBe(200);
    const limited = { error: { code: -31004 } };
    expect(await answer.json()).toMatchObject([
      { id: 1, result: {} },
      { id: 2, ...limited },
      { id: 3, ...limited },
    ]);
  });

  it("shows to a client when to come again", async () => {
    const [url] = await nodes({ requests: 2 });
    const client = await McpClient.connect(streamableHttpClient(url));
    await client.callTool("count");
    const refused = client.callTool("count");
    await expect(refused).rejects.toThrow(RateLimitedError);
    await expect(refused).rejects.toMatchObject({ retryAfterMs: 59_500 });
    await expect(McpClient.connect(streamableHttpClient(url))).rejects.toThrow(RateLimitedError);
    await client.close();
  });
});
