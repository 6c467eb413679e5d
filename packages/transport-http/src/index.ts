export * from "./client/index.js";
export { streamableHttpClient, type NodeStreamableHttpClientOptions } from "./client/node-client.js";
export type { ClientTlsOptions } from "@towpath/mcp-core/http-client-node";
export * from "./server/index.js";
export * from "./server/node.js";
