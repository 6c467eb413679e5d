export * from "./portable.js";
export * from "./node-server.js";
export { streamableHttpClient, type NodeStreamableHttpClientOptions } from "./client/node-client.js";
export type { ClientTlsOptions } from "./client/node-options.js";
