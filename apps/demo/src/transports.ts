import type { ServerTransport } from "@towpath/mcp-core";
import { streamableHttp } from "@towpath/transport-http";
import { stdio } from "@towpath/transport-stdio";

/** Where and how to listen, for the transports that do. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Whether sessions are kept for clients that begin with `initialize`. */
  readonly sessions: boolean;
}

export interface TransportKind {
  /** Whether clients reach it at an address, so that {@link ListenOptions} mean anything to it. */
  readonly listens: boolean;
  create(options: ListenOptions): ServerTransport;
}

/** The transports the notebook can be served on, by the name that `--transport` takes. */
export const transports: ReadonlyMap<string, TransportKind> = new Map<string, TransportKind>([
  ["stdio", { listens: false, create: () => stdio() }],
  [
    "streamable-http",
    {
      listens: true,
      create: ({ host, port, path, sessions }) => streamableHttp({ host, port, path, sessions }),
    },
  ],
]);

/** The same transport, which says where it is reached once it is. */
export function announced(transport: ServerTransport, tell: (url: string) => void): ServerTransport {
  return {
    name: transport.name,
    start: async (dispatcher) => {
      const listener = await transport.start(dispatcher);
      for (const url of listener.urls ?? []) tell(url);
      return listener;
    },
  };
}
