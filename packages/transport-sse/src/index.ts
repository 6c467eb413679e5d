export * from "./client/index.js";
export { sseClient, type NodeSseClientOptions } from "./client/node-client.js";
export * from "./server/index.js";
export * from "./server/node.js";
export type { ClientTlsOptions } from "@towpath/mcp-core/http-client-node";
