import type { Era } from "@towpath/mcp-core";
import { post, sessionHeader } from "../raw-http.js";
import { encodeRequest, openingOf } from "../raw-messages.js";
import type { ClusterCheck } from "./cluster-check.js";

const went: Readonly<Record<Era, readonly string[]>> = {
  handshake: [
    "initialize A",
    "notifications/initialized B",
    "GET C",
    "tools/list A",
    "tools/call B",
    "ping C",
  ],
  stateless: ["server/discover A", "tools/list B", "tools/call C"],
};

/** What a client does goes to all of the nodes, and is answered by each. */
export const inTurn: ClusterCheck = {
  name: "in turn",
  run: (stage) =>
    stage.call(async (caller) => {
      const { client } = caller;
      await client.callTool("search_notes");
      // There is none in the other era.
      if (stage.era === "handshake") await client.ping();
      const observed = await caller.went();
      return {
        observed: { went: observed },
        shown: observed.join(", ").replaceAll(/notifications\/|tools\//g, ""),
      };
    }),
  expected: (era) => ({ went: went[era] }),
};

/** By requests of our own, as no client uses a session that it has ended. */
export const sessionEnded: ClusterCheck = {
  name: "session ended",
  run: async ({ nodes }) => {
    const [a, b, c] = [nodes.at("A"), nodes.at("B"), nodes.at("C")];
    const { request, then } = openingOf("handshake");
    const { session } = await post(a.url, request);
    for (const text of then) await post(b.url, text, session);
    const ping = encodeRequest("handshake", 2, "ping", {});
    const pings = (): Promise<readonly number[]> =>
      Promise.all([a, c].map(async ({ url }) => (await post(url, ping, session)).status));
    const before = await pings();
    const { status } = await fetch(b.url, { method: "DELETE", headers: sessionHeader(session) });
    const after = await pings();
    return {
      observed: { before, ended: status, after },
      shown: `ended on ${b.name}; then ${a.name} → ${String(after[0])}, ${c.name} → ${String(after[1])}`,
    };
  },
  expected: () => ({ before: [200, 200], ended: 204, after: [404, 404] }),
};
