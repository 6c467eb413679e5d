import type { ClientTransport } from "@towpath/mcp-core";
import type { Cutter } from "./cutter.js";
import { cutOffSockets } from "./cuttable-socket.js";

/** One way to the server. */
export interface TransportKind {
  /** As the page's settings and the server's endpoints have it. */
  readonly id: string;
  readonly title: string;
  /** What it is, in half a sentence. */
  readonly about: string;
  /** Whether it knows the era in which every request speaks for itself. */
  readonly stateless: boolean;
  /** Whether calls of the handshake era outlive the connection that carries them. */
  readonly resumes: boolean;
  /**
   * Loads the transport: a page needs one of them.
   * @param cutter makes the connections, so that they can be cut
   */
  create(url: URL, cutter: Cutter): Promise<ClientTransport>;
}

export const TRANSPORTS: readonly TransportKind[] = [
  {
    id: "streamable-http",
    title: "Streamable HTTP",
    about: "one endpoint, streams that resume",
    stateless: true,
    resumes: true,
    create: async (url, cutter) => {
      const { streamableHttpClient } = await import("@towpath/transport-http");
      return streamableHttpClient(url, { fetch: cutter.fetch });
    },
  },
  {
    id: "websocket",
    title: "WebSocket",
    about: "one socket, both ways",
    stateless: true,
    resumes: false,
    create: async (url, cutter) => {
      const { webSocketClient } = await import("@towpath/transport-ws");
      cutOffSockets(cutter);
      return webSocketClient(url);
    },
  },
  {
    id: "sse",
    title: "HTTP+SSE",
    about: "the older one, of 2024-11-05",
    stateless: false,
    resumes: false,
    create: async (url, cutter) => {
      const { sseClient } = await import("@towpath/transport-sse");
      return sseClient(url, { fetch: cutter.fetch });
    },
  },
];
