export { stdioClient, type StdioClientOptions } from "./client.js";
export type { EnvironmentOptions } from "./environment.js";
export type { ByteLimits } from "./limits.js";
export { stdio, type StdioOptions } from "./server.js";
export { ServerExitedError, ServerStartError, type ServerExit } from "./server-errors.js";
export type { StderrTarget } from "./stderr.js";
