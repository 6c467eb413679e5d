/** For pages: the client alone. */
export * from "./client/index.js";
export { streamableHttpClient } from "./client/fetch-client.js";
