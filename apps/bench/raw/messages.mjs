// What the clients that know nothing of MCP send, and the headers that the specification asks for.
const clientInfo = { name: "bench-client", version: "1.0.0" };
const statelessMeta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": clientInfo,
  "io.modelcontextprotocol/clientCapabilities": {},
};

const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };
export const headersOf = {
  handshake: { ...common, "mcp-protocol-version": "2025-11-25" },
  stateless: {
    ...common,
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "add",
  },
};

/** The requests that come before the first call, in order. */
export const openingOf = {
  handshake: [
    {
      jsonrpc: "2.0",
      id: "open",
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
    },
    { jsonrpc: "2.0", method: "notifications/initialized" },
  ],
  stateless: [{ jsonrpc: "2.0", id: "open", method: "server/discover", params: { _meta: statelessMeta } }],
};

const meta = {
  handshake: (progressToken) => progressToken && { progressToken },
  stateless: (progressToken) => (progressToken ? { ...statelessMeta, progressToken } : statelessMeta),
};

/** A call of `add`, encoded. */
export const callOf = (era, id, args, wantsProgress) =>
  JSON.stringify({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "add", arguments: args, _meta: meta[era](wantsProgress ? id : undefined) },
  });

/** Takes the text of an event stream in pieces, and hands out the messages in it. */
export function eventReader(receive) {
  let text = "";
  return (piece) => {
    text += piece;
    let start = 0;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n", start)) {
      receive(JSON.parse(text.slice(text.indexOf("data: ", start) + 6, end)));
      start = end + 2;
    }
    text = text.slice(start);
  };
}
