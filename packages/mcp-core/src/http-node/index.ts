/** HTTP over node:http, for those who carry MCP over it: a request and its answer, and servers for several transports. */
export { httpServer } from "./http-server.js";
export { reportToConsole, type HttpServerOptions, type ListenOptions } from "./listen-options.js";
export { mountable } from "./mountable.js";
export { NodeCall, pathOf } from "./node-call.js";
export { nodeHandlerOf, type NodeHandler, type NodeHandlerRest } from "./node-handler.js";
export type { HttpServerTransport, NodeService } from "./node-service.js";
