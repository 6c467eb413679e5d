import { McpClient, remoteTransport, type ClientTransport } from "@towpath/mcp-core";
import { connectAll, parseConfig } from "@towpath/mcp-core/config";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { stdioClient } from "@towpath/transport-stdio";
import { webSocketClient } from "@towpath/transport-ws";
import type { Check } from "./check.js";
import { listeningNames } from "./listening.js";
import { numberIn } from "./results.js";
import { eraOptions } from "./stage.js";

const transports = {
  stdio: stdioClient,
  streamableHttp: streamableHttpClient,
  sse: sseClient,
  ws: webSocketClient,
};

export const configurationChecks: readonly Check[] = [
  {
    name: "URL alone",
    over: ["streamable-http"],
    run: async ({ era, notebook }) => {
      const found: Record<string, { over: string | null; revision: string }> = {};
      for (const name of listeningNames) {
        const url = await notebook.url(name);
        const used: string[] = [];
        const transport = remoteTransport(url, {
          streamableHttp: (at, options) => noted(streamableHttpClient(at, options), used),
          sse: (at) => noted(sseClient(at), used),
          ws: (at) => noted(webSocketClient(at), used),
        });
        const client = await McpClient.connect(transport, eraOptions[era]);
        await client.close();
        found[url.pathname] = { over: used.at(-1) ?? null, revision: client.revision };
      }
      const each = Object.entries(found).map(([path, { over }]) => `${path} ${over ?? "nothing"}`);
      return { observed: found, shown: `found out over what: ${each.join(", ")}` };
    },
    // The last one tried is the one: HTTP+SSE where the server refuses to be greeted over Streamable HTTP.
    expected: (era) => {
      const [older, newer] = ["2025-11-25", "2026-07-28"];
      const revision = era === "handshake" ? older : newer;
      return {
        "/mcp": { over: "streamable-http", revision },
        "/sse": { over: "sse", revision: older },
        "/ws": { over: "websocket", revision },
      };
    },
  },
  {
    name: "configuration",
    over: ["streamable-http"],
    run: async ({ era, notebook }) => {
      const config = parseConfig(await notebook.configuration());
      const connections = await connectAll(config, transports, { client: eraOptions[era], required: true });
      try {
        const found: Record<string, number | null> = {};
        for (const [name, client] of connections.clients) {
          found[name] = numberIn(await client.callTool("search_notes", { query: "caen hill" }), "total");
        }
        const each = Object.entries(found).map(
          ([name, total]) => `${name.replace("notebook-", "")} ${String(total)}`,
        );
        return { observed: found, shown: `notes found over ${each.join(", ")}` };
      } finally {
        await connections.close();
      }
    },
    // One is started, with a notebook of its own; the others are the one that has listened all the time.
    expected: () => ({
      "notebook-stdio": 0,
      "notebook-streamable-http": 1,
      "notebook-sse": 1,
      "notebook-websocket": 1,
    }),
  },
];

/** The same transport, which says so when it is connected over. */
function noted(transport: ClientTransport, used: string[]): ClientTransport {
  return {
    ...transport,
    connect: (receiver) => {
      used.push(transport.name);
      return transport.connect(receiver);
    },
  };
}
