export { redisState } from "./redis-state.js";
export type {
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSentinel,
  RedisLocation,
  RedisStateLimits,
  RedisStateOptions,
} from "./options.js";
export type { ClusterOptions } from "./connection/cluster.js";
export type { SentinelOptions } from "./connection/sentinel.js";
export type { NodeOptions } from "./connection/node-client.js";
