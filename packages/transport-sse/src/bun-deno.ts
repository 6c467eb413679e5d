/** For Bun and Deno, whose `fetch` is their own, and which run servers of `node:http` too. */
export * from "./fetch.js";
export * from "./server/node.js";
