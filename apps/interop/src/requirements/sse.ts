import { HANDSHAKE, HTTP, HTTP_ALL, HTTP_HANDSHAKE, SSE, type Requirement } from "./requirement.js";

/** HTTP+SSE, which carries every revision of the handshake era. */
export const sse = [
  {
    id: "sse.two-endpoints",
    behaviour: "One path opens event streams by GET, another takes messages by POST, and neither does more",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.endpoint-first",
    behaviour: "The first event of a stream is an endpoint event, whose URI takes this client’s messages",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.message-events",
    behaviour: "Every message of the server’s is a message event, its data one JSON-RPC message",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.posts-accepted",
    behaviour: "A POST is accepted at once, and the response to what it brought comes on the stream",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.many-clients",
    behaviour: "One process serves many clients, each of which gets on its stream what is its own",
    spec: "2024-11-05/basic/transports#http-with-sse",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.stream-ends-session",
    behaviour:
      "A client that closes its stream has left: its requests stop, and nothing more is taken for it",
    spec: "2024-11-05/basic/transports#http-with-sse",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.origin",
    behaviour: "An Origin that is not allowed is answered with 403, at both endpoints",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.loopback",
    behaviour: "A server that is told nothing else is reached on this machine alone, over HTTP+SSE",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.authentication",
    behaviour:
      "Whoever the server’s author does not know is refused, at both endpoints, and so is who is somebody else",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
] as const satisfies readonly Requirement[];

export const sseClients = [
  {
    id: "sse.client-posts",
    behaviour: "A client posts every message, each by itself, to the URI that the endpoint event has",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.client-waits",
    behaviour: "A client sends nothing before it knows the endpoint",
    spec: "2024-11-05/basic/transports#security-warning",
    revisions: HANDSHAKE,
    transports: SSE,
  },
  {
    id: "sse.client-closes",
    behaviour: "A client that closes ends its stream",
    spec: "2024-11-05/basic/transports#http-with-sse",
    revisions: HANDSHAKE,
    transports: SSE,
  },
] as const satisfies readonly Requirement[];

/** Streamable HTTP and HTTP+SSE side by side. */
export const besideSse = [
  {
    id: "sse.beside-streamable-http",
    behaviour: "A server has both endpoints of HTTP+SSE beside the one of Streamable HTTP",
    spec: "2026-07-28/basic/transports/streamable-http#http-sse-transport-2024-11-05",
    also: ["2025-11-25/basic/transports#backwards-compatibility"],
    revisions: HTTP_ALL,
    transports: HTTP,
  },
  {
    id: "http.client-tries-sse",
    behaviour:
      "A client that may posts first, and asks for an event stream where that is answered with 400, 404 or 405",
    spec: "2025-11-25/basic/transports#backwards-compatibility",
    also: ["2026-07-28/basic/transports/streamable-http#http-sse-transport-2024-11-05"],
    revisions: HTTP_ALL,
    transports: HTTP,
  },
  {
    id: "http.client-keeps-transport",
    behaviour: "A client that got an endpoint event that way speaks HTTP+SSE from then on",
    spec: "2025-11-25/basic/transports#backwards-compatibility",
    revisions: HTTP_HANDSHAKE,
    transports: HTTP,
  },
] as const satisfies readonly Requirement[];
