/** The subprotocol under which MCP is spoken over a WebSocket, one JSON-RPC message per text frame. */
export const SUBPROTOCOL = "mcp";
