import { describe, expect, it } from "vitest";
import { z } from "zod";
import { textOf } from "../../test/support/text-of.js";
import { McpServer } from "../server/server.js";
import { McpClient } from "./client.js";
import type { McpClientOptions } from "./options.js";

const day = z.object({ day: z.enum(["monday", "friday"]), people: z.int().min(1).default(2) });

/** A server that asks everything there is to ask. */
function curious(): McpServer {
  const mcp = new McpServer("curious");
  mcp.tool("book", {}, async (_, ctx) => {
    const answer = await ctx.elicit("Which day?", day);
    return answer.action === "accept"
      ? `${answer.content.day} for ${String(answer.content.people)}`
      : answer.action;
  });
  mcp.tool(
    "log_in",
    {},
    async (_, ctx) => (await ctx.elicit("Log in", new URL("https://a.example/"))).action,
  );
  mcp.tool("greet", {}, async (_, ctx) => {
    const messages = [{ role: "user", content: { type: "text", text: "Hi" } }] as const;
    const [{ model }, roots] = await Promise.all([ctx.sample({ messages, maxTokens: 10 }), ctx.roots()]);
    return `${model} at ${roots.map(({ uri }) => uri).join()}`;
  });
  mcp.resource("note://{id}", {}, () => "text");
  return mcp;
}

const answering: McpClientOptions = {
  elicit: () => ({ action: "accept", content: { day: "friday" } }),
  openUrl: (_, { server }) => ({ action: server?.name === "curious" ? "accept" : "decline" }),
  sample: () => ({ role: "assistant", model: "parrot", content: { type: "text", text: "Hi" } }),
  roots: () => [{ uri: "file:///project" }],
};

describe.each(["handshake", "stateless"] as const)("client and server in the %s era", (era) => {
  it("ask and answer", async () => {
    const client = await McpClient.connect(curious(), { era, ...answering });
    const call = async (tool: string): Promise<string> => textOf(await client.callTool(tool));
    expect(await Promise.all([call("book"), call("log_in"), call("greet")])).toEqual([
      "friday for 2",
      "accept",
      "parrot at file:///project",
    ]);
    await client.close();
  });

  it("take no for an answer", async () => {
    const client = await McpClient.connect(curious(), { era, elicit: () => ({ action: "decline" }) });
    expect(textOf(await client.callTool("book"))).toBe("decline");
    await client.close();
  });

  it("tell of changes, and stop when nobody listens any more", async () => {
    const mcp = curious();
    const client = await McpClient.connect(mcp, { era });
    const changes = await client.listen({ toolsListChanged: true, resourceSubscriptions: ["note://1"] });
    expect(changes.filter).toEqual({ toolsListChanged: true, resourceSubscriptions: ["note://1"] });
    mcp.resourceUpdated("note://2");
    mcp.resourceUpdated("note://1");
    const bell = mcp.tool("ring_bell", {}, () => "Ding");
    const seen = new Set<unknown>();
    for await (const { method, params } of changes) {
      seen.add(params["uri"] ?? method);
      if (seen.size === 2) break;
    }
    expect(seen).toEqual(new Set(["note://1", "notifications/tools/list_changed"]));
    expect(await changes.closed).toEqual({ kind: "closed" });
    bell.remove();
    await client.close();
  });
});
