import { HANDSHAKE_REVISIONS, Meta, STATELESS_REVISIONS, type Era, type JsonObject } from "@towpath/mcp-core";

const clientInfo = { name: "tour", version: "1.0.0" };
const handshakeRevision = HANDSHAKE_REVISIONS[HANDSHAKE_REVISIONS.length - 1] ?? HANDSHAKE_REVISIONS[0];
const [statelessRevision] = STATELESS_REVISIONS;

/** What every request of an era has besides its own parameters. */
const shared: Readonly<Record<Era, JsonObject>> = {
  handshake: {},
  stateless: {
    _meta: {
      [Meta.protocolVersion]: statelessRevision,
      [Meta.clientInfo]: clientInfo,
      [Meta.clientCapabilities]: {},
    },
  },
};

/** How a conversation begins: the request, and what is said once it was answered. */
const openings: Readonly<Record<Era, { readonly request: string; readonly then: readonly string[] }>> = {
  handshake: {
    request: encodeRequest("handshake", 1, "initialize", {
      protocolVersion: handshakeRevision,
      capabilities: {},
      clientInfo,
    }),
    then: [JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })],
  },
  stateless: { request: encodeRequest("stateless", 1, "server/discover", {}), then: [] },
};

export function openingOf(era: Era): { readonly request: string; readonly then: readonly string[] } {
  return openings[era];
}

export function encodeRequest(era: Era, id: number, method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, ...shared[era] } });
}
