import type { ClientTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { webSocketClient } from "@towpath/transport-ws";

/** The transports that are served on one port, and what reaches a server over each. */
export const listening = {
  "streamable-http": (url) => streamableHttpClient(url),
  sse: (url) => sseClient(url),
  websocket: (url) => webSocketClient(url),
} as const satisfies Readonly<Record<string, (url: URL) => ClientTransport>>;

/** As `--transport` has it. */
export type ListeningName = keyof typeof listening;

/** In the order in which they are served, and visited. */
// What an object literal has is what its type says.
export const listeningNames = Object.keys(listening) as readonly ListeningName[];
