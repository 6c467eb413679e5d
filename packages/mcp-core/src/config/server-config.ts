/** A server that is started as a process of its own. */
export interface StdioServerConfig {
  readonly transport: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Variables the server gets besides those its transport hands on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A server that is connected to by URL. */
export interface UrlServerConfig {
  readonly transport: "streamable-http" | "sse" | "ws";
  readonly url: string;
  /** There where nothing but the URL tells the transport: an older server is spoken to over HTTP+SSE. */
  readonly fallback?: "sse";
  /** Sent with every HTTP request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type ServerConfig = StdioServerConfig | UrlServerConfig;
export type TransportKind = ServerConfig["transport"];

/** What a configuration says, in the order in which it says it. */
export interface ServersConfig {
  /** The servers by name, but for those that are disabled. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** Names of the servers with `"disabled": true` or `"enabled": false`; nothing else of them was read. */
  readonly disabled: readonly string[];
  /**
   * Members of servers that mean nothing here, as in `mcpServers.my-server.timeout`, and headers that the transport
   * sets itself, as in `mcpServers.my-server.headers.Accept`.
   */
  readonly ignored: readonly string[];
}
