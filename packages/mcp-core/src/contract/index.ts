export type * from "./client.js";
export type * from "./server.js";
export type { MaybePromise } from "../protocol/promises.js";
