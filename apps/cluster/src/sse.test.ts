import { McpClient } from "@towpath/mcp-core";
import { sseClient } from "@towpath/transport-sse";
import { describe, expect, it, onTestFinished } from "vitest";
import { addNotes, behindEach } from "./harness/started.test-kit.js";

describe("HTTP+SSE on three nodes", () => {
  behindEach({}, (front) => {
    it("takes messages on every node, for a stream that is at one", async () => {
      const nodes = new Set<string>();
      const counted: typeof fetch = async (url, init) => {
        const response = await fetch(url, init);
        if (init?.method === "POST") nodes.add(response.headers.get("x-served-by") ?? "");
        return response;
      };
      const client = await McpClient.connect(sseClient(`${front().url}/sse`, { fetch: counted }), {
        elicit: () => ({ action: "decline" }),
      });
      onTestFinished(() => client.close());
      const [id] = await addNotes(front(), 1);
      for (let call = 0; call < 3; call++)
        expect(await client.callTool("search_notes")).toHaveProperty("structuredContent.total");
      expect(await client.callTool("delete_note", { id })).toMatchObject({
        content: [{ text: `Note ${String(id)} stays: the user chose decline` }],
      });
      expect(nodes.size).toBe(3);
    });

    it("knows no session that is none", async () => {
      for (let turn = 0; turn < 3; turn++) {
        const response = await fetch(`${front().url}/messages?session=${crypto.randomUUID()}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
        });
        expect(response.status).toBe(404);
      }
    });
  });
});
