import type { Dispatcher, Principal } from "../contract/index.js";
import { McpClient } from "../client/client.js";
import type { McpClientOptions } from "../client/options.js";
import { memoryTransport } from "../memory/memory-transport.js";
import type { Era } from "../protocol/revisions.js";
import { recordTraffic } from "./record-traffic.js";
import { Traffic } from "./traffic.js";

/** Both eras, for tests that run in each. */
export const ERAS: readonly Era[] = ["handshake", "stateless"];

/** Options of the client, and of what is between it and the server. */
export interface PairOptions extends McpClientOptions {
  /**
   * Runs every handler that asks a question anew with each answer, in both eras: what a handler does outside
   * of `ctx.step` shows then, because it happens again. Default: false, which does so in the stateless era only.
   */
  readonly replay?: boolean;
  /** Who the client is, as a transport would have authenticated it. */
  readonly principal?: Principal;
}

export interface Pair {
  readonly client: McpClient;
  readonly traffic: Traffic;
  close(): Promise<void>;
}

/**
 * Connects a client to a server in this process. Messages pass by value, as they would anywhere else.
 * @throws as {@link McpClient.connect}
 */
export async function connectPair(server: Dispatcher, options: PairOptions = {}): Promise<Pair> {
  const { replay = false, principal, ...clientOptions } = options;
  const dispatcher: Dispatcher = {
    state: server.state,
    nodes: server.nodes,
    open: (peer) => server.open({ ...peer, replays: replay, ...(principal !== undefined && { principal }) }),
  };
  const traffic = new Traffic();
  const client = await McpClient.connect(recordTraffic(memoryTransport(dispatcher), traffic), clientOptions);
  return { client, traffic, close: () => client.close() };
}
