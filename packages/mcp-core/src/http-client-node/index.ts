/** HTTP requests over node:http, on connections that are kept, through proxies, with TLS. */
export { plainError } from "./node-errors.js";
export { nodeConnector } from "./node-connector.js";
export { checkNodeOptions, type ClientTlsOptions, type NodeConnectorOptions } from "./node-options.js";
