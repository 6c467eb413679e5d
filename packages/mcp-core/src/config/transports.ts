import type { ClientTransport } from "../contract/client.js";
import type { ServerConfig, StdioServerConfig, TransportKind, UrlServerConfig } from "./server-config.js";

/** How a server is started, as `stdioClient` of `@towpath/transport-stdio` takes it. */
export type StdioTarget = Omit<StdioServerConfig, "transport">;

/** What goes with a URL, as `streamableHttpClient` of `@towpath/transport-http` takes it. */
export interface UrlTransportOptions extends Pick<UrlServerConfig, "headers"> {
  /** Connects to a server that has nothing but HTTP+SSE; for `streamableHttp` alone. */
  readonly sse?: (url: URL) => ClientTransport;
}

export type UrlTransport = (url: string, options: UrlTransportOptions) => ClientTransport;

/** What makes the transport of a server, for each kind there is. */
export interface TransportFactories {
  readonly stdio?: (target: StdioTarget) => ClientTransport;
  readonly streamableHttp?: UrlTransport;
  readonly sse?: UrlTransport;
  readonly ws?: UrlTransport;
}

/** The option for a transport, and the package that has it. */
const KINDS = {
  stdio: { option: "stdio", from: "@towpath/transport-stdio" },
  "streamable-http": { option: "streamableHttp", from: "@towpath/transport-http" },
  sse: { option: "sse", from: "@towpath/transport-sse" },
  ws: { option: "ws", from: "@towpath/transport-ws" },
} as const satisfies Record<TransportKind, object>;

/** A server's transport is none of those that `connectAll` was given. */
export class MissingTransportError extends Error {
  override readonly name = "MissingTransportError";
  readonly server: string;
  readonly transport: TransportKind;
  /** The package that has the transport. */
  readonly package: string;

  constructor(server: string, transport: TransportKind) {
    const { option, from } = KINDS[transport];
    super(
      `The server ${JSON.stringify(server)} has the transport "${transport}", which connectAll was not given: ` +
        `install ${from}, and pass its client as "${option}"`,
    );
    this.server = server;
    this.transport = transport;
    this.package = from;
  }
}

/** @throws MissingTransportError, or what the factory throws */
export function transportFor(
  name: string,
  server: ServerConfig,
  factories: TransportFactories,
): ClientTransport {
  if (server.transport === "stdio") {
    const { transport, ...target } = server;
    if (factories.stdio === undefined) throw new MissingTransportError(name, transport);
    return factories.stdio(target);
  }
  const { transport, url, fallback, ...options } = server;
  const factory = factories[KINDS[transport].option];
  if (factory === undefined) throw new MissingTransportError(name, transport);
  const { sse } = factories;
  if (fallback === undefined || sse === undefined) return factory(url, options);
  return factory(url, { ...options, sse: (older) => sse(older.href, options) });
}
