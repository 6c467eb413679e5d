/** For pages: the client alone. */
export * from "./client/index.js";
export { sseClient } from "./client/fetch-client.js";
