/** For browsers and workers: nothing of Node is needed. */
export * from "./portable.js";
export { streamableHttpClient } from "./client/fetch-client.js";
