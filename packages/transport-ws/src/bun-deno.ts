/** For Bun and Deno: the client over their own WebSocket, and the server, as they run `ws` and `node:http` too. */
export * from "./browser.js";
export * from "./server/index.js";
