export type { WebSocketClientOptions } from "./options.js";
export { WebSocketClosedError } from "../close-codes.js";
