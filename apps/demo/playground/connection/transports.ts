import type { ClientTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import type { Cutter } from "./cutter.js";

/** One way to the server. */
export interface TransportKind {
  /** As the page's settings and the server's endpoints have it. */
  readonly id: string;
  readonly title: string;
  /** What it is, in half a sentence. */
  readonly about: string;
  /** Whether it knows the era in which every request speaks for itself. */
  readonly stateless: boolean;
  /** @param cutter makes the connections, so that they can be cut */
  create(url: URL, cutter: Cutter): ClientTransport;
}

export const TRANSPORTS: readonly TransportKind[] = [
  {
    id: "streamable-http",
    title: "Streamable HTTP",
    about: "one endpoint, streams that resume",
    stateless: true,
    create: (url, cutter) => streamableHttpClient(url, { fetch: cutter.fetch }),
  },
];
