import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  ElicitRequestSchema,
  ResourceListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { addNotes, behindEach, type Front } from "./harness/started.test-kit.js";

interface Connected {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** Where its requests came to. */
  readonly nodes: ReadonlySet<string>;
}

async function connect({ url }: Front): Promise<Connected> {
  const nodes = new Set<string>();
  const counted = async (to: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(to, init);
    nodes.add(response.headers.get("x-served-by") ?? "");
    return response;
  };
  const client = new Client({ name: "official", version: "1.0.0" }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: "decline" }));
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { fetch: counted });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, transport, nodes };
}

describe("the client of the official SDK with three nodes", () => {
  behindEach({}, (front) => {
    it("keeps one session across all of them, with calls, questions and changes", async () => {
      const [id] = await addNotes(front(), 1);
      const { client, transport, nodes } = await connect(front());
      const { sessionId } = transport;
      const changed = new Promise<void>((resolve) => {
        client.setNotificationHandler(ResourceListChangedNotificationSchema, () => resolve());
      });
      for (let call = 0; call < 3; call++)
        expect(await client.callTool({ name: "search_notes", arguments: {} })).toHaveProperty(
          "structuredContent",
        );
      expect(await client.callTool({ name: "delete_note", arguments: { id } })).toMatchObject({
        content: [{ text: `Note ${String(id)} stays: the user chose decline` }],
      });
      await addNotes(front(), 1);
      await changed;
      expect(nodes.size).toBe(3);
      expect(transport.sessionId).toBe(sessionId);
      await transport.terminateSession();
    });

    it("reports progress, and cancels, on whichever node its call runs", async () => {
      const { client } = await connect(front());
      const notes = Array.from({ length: 500 }, () => ({ title: "Imported" }));
      const stop = new AbortController();
      const calling = client.callTool(
        { name: "import_notes", arguments: { notes, perSecond: 20 } },
        undefined,
        {
          signal: stop.signal,
          onprogress: () => stop.abort("enough"),
        },
      );
      await expect(calling).rejects.toThrow("enough");
    });
  });
});
