import { McpClient, type Change, type ClientTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it, onTestFinished } from "vitest";
import { addNotes, behindEach } from "./harness/started.test-kit.js";

const ways: readonly (readonly [string, "handshake" | "stateless", (origin: string) => ClientTransport])[] = [
  ["Streamable HTTP with sessions", "handshake", (origin) => streamableHttpClient(`${origin}/mcp`)],
  ["Streamable HTTP without", "stateless", (origin) => streamableHttpClient(`${origin}/mcp`)],
  ["HTTP+SSE", "handshake", (origin) => sseClient(`${origin}/sse`)],
  ["WebSocket", "handshake", (origin) => webSocketClient(`${origin.replace("http", "ws")}/ws`)],
];

describe("a change on one of three nodes", () => {
  behindEach({}, (front) => {
    it.each(ways)("reaches every subscriber over %s once, wherever it happened", async (_name, era, to) => {
      const ids = await addNotes(front(), front().cluster.nodes.length);
      // As many as there are nodes, so one at each.
      const resourceSubscriptions = ids.map((id) => `note://${String(id)}`);
      const subscribers = await Promise.all(
        front().cluster.nodes.map(async () => {
          const client = await McpClient.connect(to(front().url), { era });
          onTestFinished(() => client.close());
          const heard = new Heard();
          await client.listen({ resourceSubscriptions, resourcesListChanged: true }, heard.take);
          return heard;
        }),
      );
      const changes: string[] = [];
      for (const [index, { url }] of front().cluster.nodes.entries()) {
        const uri = resourceSubscriptions[index] ?? "";
        const changer = await McpClient.connect(streamableHttpClient(`${url}/mcp`), {
          elicit: () => ({ action: "accept", content: {} }),
        });
        await changer.callTool("delete_note", { id: ids[index] });
        await changer.close();
        changes.push(`notifications/resources/updated ${uri}`, "notifications/resources/list_changed");
        for (const heard of subscribers) expect(await heard.first(changes.length)).toEqual(changes);
      }
    });
  });
});

/** All that a subscriber was told, in order. */
class Heard {
  readonly #changes: string[] = [];
  #look: () => void = () => undefined;

  readonly take = ({ method, params }: Change): void => {
    const { uri } = params;
    this.#changes.push(typeof uri === "string" ? `${method} ${uri}` : method);
    this.#look();
  };

  /** All of it, once it is as much. */
  async first(count: number): Promise<readonly string[]> {
    while (this.#changes.length < count) await new Promise<void>((resolve) => (this.#look = resolve));
    return [...this.#changes];
  }
}
