import { connectAll, parseConfig } from "@towpath/mcp-core/config";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { stdioClient } from "@towpath/transport-stdio";
import { webSocketClient } from "@towpath/transport-ws";
import type { Check } from "./check.js";
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
