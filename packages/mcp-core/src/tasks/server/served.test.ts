import { describe, expect, it } from "vitest";
import { McpServer } from "../../server/server.js";
import { connectPair, ERAS } from "../../testing/connect-pair.js";

describe.each(ERAS)("a tool that is a task, over a client of ours, in the %s era", (era) => {
  const revision = era === "stateless" ? "2026-07-28" : "2025-11-25";

  it("is driven to its end: what is asked is answered, and what comes of it is the result", async () => {
    const server = new McpServer("s", { tasks: { pollIntervalMs: 10 } });
    server.tool("export", { task: "required" }, async (_args, ctx) => {
      await ctx.progress(1, 2, "halfway");
      const { action } = await ctx.elicit("Really?");
      return `exported: ${action}`;
    });
    const pair = await connectPair(server, {
      revisions: [revision],
      elicit: () => ({ action: "accept", content: {} }),
    });
    try {
      const result = await pair.client.callTool("export");
      expect(result.content).toEqual([{ type: "text", text: "exported: accept" }]);
    } finally {
      await pair.close();
    }
  });
});
