import type { Era, Mode } from "../implementations.js";

/** Where nodes keep what they share: nowhere, in the process, or on Redis. */
export type StateKind = "none" | "memory" | "redis";

/** A server on one node or on several. */
export interface Setup {
  readonly id: string;
  /** The head of its column. */
  readonly label: string;
  readonly eras: readonly Era[];
  readonly nodes: number;
  readonly state: StateKind;
}

/** A setup that is called in one way: what gets samples. */
export interface SetupContender {
  readonly implementation: Setup;
  readonly era: Era;
  readonly mode: Mode;
}

const eras: readonly Era[] = ["handshake", "stateless"];

/** What the others are compared with; it has the id of what is compared with everywhere. */
export const alone: Setup = { id: "raw", label: "1 node without a state", eras, nodes: 1, state: "none" };
export const inMemory: Setup = { id: "memory", label: "1 node, in memory", eras, nodes: 1, state: "memory" };

const onRedis = (nodes: number): Setup => ({
  id: `redis-${nodes}`,
  label: `${nodes === 1 ? "1 node" : `${nodes} nodes`} on Redis`,
  eras,
  nodes,
  state: "redis",
});

export const redis1 = onRedis(1);
export const redis2 = onRedis(2);
export const redis4 = onRedis(4);

/** How the setups stand side by side. */
export const clusterColumns = { columns: [inMemory, redis1, redis2, redis4], base: alone.label };

/** A setup called in sessions, and without. */
export const inSessions = (implementation: Setup): SetupContender => ({
  implementation,
  era: "handshake",
  mode: "sessions",
});
export const stateless = (implementation: Setup): SetupContender => ({
  implementation,
  era: "stateless",
  mode: "stateless",
});
