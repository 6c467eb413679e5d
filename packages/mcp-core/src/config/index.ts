export { ConfigError, type ConfigIssue } from "./config-error.js";
export { connectAll, ServersUnavailableError, type ConnectAllOptions } from "./connect-all.js";
export type { Connections } from "./connections.js";
export type { Environment } from "./expand.js";
export { parseConfig, type ParseConfigOptions } from "./parse-config.js";
export type {
  ServerConfig,
  ServersConfig,
  StdioServerConfig,
  TransportKind,
  UrlServerConfig,
} from "./server-config.js";
export {
  MissingTransportError,
  type StdioTarget,
  type TransportFactories,
  type UrlTransport,
  type UrlTransportOptions,
} from "./transports.js";
