export * from "./client/index.js";
export { streamableHttpClient, type NodeStreamableHttpClientOptions } from "./client/node-client.js";
export type { ClientTlsOptions } from "./client/node-options.js";
export * from "./server/index.js";
export * from "./server/node.js";
