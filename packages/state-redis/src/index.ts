export type { Redis, Script } from "./connection/redis.js";
