import type { Dispatcher, Peer } from "../../src/contract/index.js";
import type { JsonObject } from "../../src/jsonrpc/messages.js";
import type { Era } from "../../src/protocol/revisions.js";
import { handshaken, openLink, type Wire } from "./link.js";

/** Sends a request as a peer of one era, and gives what came back. */
export type Ask = (method: string, params?: JsonObject) => Promise<Wire>;

/** The newest revision of each era: its name, and how to speak it to a server. */
export const BOTH_ERAS: readonly (readonly [
  Era,
  (server: Dispatcher, peer?: Partial<Peer>) => Promise<Ask>,
])[] = [
  [
    "handshake",
    async (server, peer = {}) => {
      const link = await handshaken(server, "2025-11-25", { peer });
      return async (method, params) => (await link.request(method, params)) ?? {};
    },
  ],
  [
    "stateless",
    (server, peer = {}) => {
      const link = openLink(server, peer);
      return Promise.resolve(async (method, params) => (await link.stateless(method, params)) ?? {});
    },
  ],
];
