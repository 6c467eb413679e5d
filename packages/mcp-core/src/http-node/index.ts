/** A request and its answer over node:http, for those who carry MCP over it. */
export { NodeCall } from "./node-call.js";
