import type { ServerTransport } from "@towpath/mcp-core";
import type { HttpServerTransport } from "@towpath/mcp-core/http-node";
import { streamableHttp } from "@towpath/transport-http";
import { sse } from "@towpath/transport-sse";
import { stdio } from "@towpath/transport-stdio";
import { webSocket } from "@towpath/transport-ws";

/** Where and how to listen, for the transports that do. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Of Streamable HTTP; the others have paths of their own. */
  readonly path: string;
  /** Whether Streamable HTTP keeps sessions for clients that begin with `initialize`. */
  readonly sessions: boolean;
}

/** One whose clients start the server, or have it as the other end of a pipe. */
interface PipedKind {
  readonly listens: false;
  create(): ServerTransport;
}

/** One that clients reach at an address. All of these share a port. */
export interface ListeningKind {
  readonly listens: true;
  readonly scheme: "http" | "ws";
  path(options: Pick<ListenOptions, "path">): string;
  create(options: ListenOptions): HttpServerTransport;
}

export type TransportKind = PipedKind | ListeningKind;

const SSE = { path: "/sse", messagePath: "/messages" };
const WEBSOCKET = { path: "/ws" };

/** The transports the notebook can be served on, by the name that `--transport` takes. */
export const transports: ReadonlyMap<string, TransportKind> = new Map<string, TransportKind>([
  ["stdio", { listens: false, create: () => stdio() }],
  ["sse", { listens: true, scheme: "http", path: () => SSE.path, create: () => sse(SSE) }],
  [
    "streamable-http",
    {
      listens: true,
      scheme: "http",
      path: ({ path }) => path,
      create: ({ path, sessions }) => streamableHttp({ path, sessions }),
    },
  ],
  [
    "websocket",
    { listens: true, scheme: "ws", path: () => WEBSOCKET.path, create: () => webSocket(WEBSOCKET) },
  ],
]);

/** Those of some transports that listen, by name. */
export function listeningOf(names: readonly string[]): readonly (readonly [string, ListeningKind])[] {
  return names.flatMap((name) => {
    const kind = transports.get(name);
    return kind?.listens === true ? [[name, kind] as const] : [];
  });
}
