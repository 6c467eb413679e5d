import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryState } from "@towpath/mcp-core";
import { nodeView } from "@towpath/mcp-core/testing";
import { nodeHandler } from "@towpath/transport-http";
import { createNotebookServer } from "../../server.js";
import type { StartNode } from "./node.js";

const PATH = "/mcp";

/** Nodes inside this process, each on a port of its own, which share a state in memory. */
export function localNodes(): StartNode {
  const state = memoryState();
  return async () => {
    const view = nodeView(state);
    const handler = nodeHandler(createNotebookServer(undefined, { state: view }), {
      path: PATH,
      sessions: true,
    });
    const server = createServer(handler);
    await once(server.listen(0, "127.0.0.1"), "listening");
    // It listens at an address, not at a pipe.
    const { port } = server.address() as AddressInfo;
    const close = async (): Promise<void> => {
      if (!server.listening) return;
      const closed = once(server.close(), "close");
      server.closeAllConnections();
      await closed;
    };
    return {
      url: new URL(PATH, `http://127.0.0.1:${String(port)}`),
      kill: () => {
        view.kill();
        return close();
      },
      drain: async () => {
        await handler.drain();
        await close();
        await view.close();
      },
    };
  };
}
