import { ALL, HANDSHAKE, STATELESS, WEBSOCKET, type Requirement } from "./requirement.js";

/** What is asked of a transport that the specification does not define. */
export const webSocket = [
  {
    id: "websocket.message-format",
    behaviour: "Every message of either side’s is one text message of WebSocket, in JSON-RPC as everywhere",
    spec: "2026-07-28/basic/transports/index#custom-transports",
    also: ["2025-11-25/basic/transports#custom-transports", "2024-11-05/basic/transports#custom-transports"],
    revisions: ALL,
    transports: WEBSOCKET,
  },
  {
    id: "websocket.lifecycle",
    behaviour: "A WebSocket is a session from initialize to its end, which cancels what is under way on it",
    spec: "2025-11-25/basic/transports#custom-transports",
    also: ["2024-11-05/basic/transports#custom-transports"],
    revisions: HANDSHAKE,
    transports: WEBSOCKET,
  },
  {
    id: "websocket.metadata",
    behaviour: "What a request says in _meta holds for that request, whatever others on the WebSocket said",
    spec: "2026-07-28/basic/transports/index#custom-transports",
    revisions: STATELESS,
    transports: WEBSOCKET,
  },
  {
    id: "websocket.patterns",
    behaviour: "A client hears responses, and notifications of what it asked for, and nothing else",
    spec: "2026-07-28/basic/transports/index#custom-transports",
    also: ["2026-07-28/basic/transports/index#messages"],
    revisions: STATELESS,
    transports: WEBSOCKET,
  },
  {
    id: "websocket.documented",
    behaviour: "Connection establishment, message framing and cancellation are documented",
    spec: "2026-07-28/basic/transports/index#custom-transports",
    also: ["2025-11-25/basic/transports#custom-transports"],
    revisions: ALL,
    transports: WEBSOCKET,
  },
] as const satisfies readonly Requirement[];
