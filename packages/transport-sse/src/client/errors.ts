/**
 * The server named an endpoint to post messages to, and nothing is posted there: it is of another origin, not of HTTP,
 * has credentials in it, or is no URL. What it was is not said in full, as such URLs have the session's id in them.
 */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
  /** Of the event stream, as in `https://example.com`. */
  readonly origin: string;
  /** Of the endpoint; undefined if it is no URL of HTTP. */
  readonly endpointOrigin: string | undefined;

  constructor(origin: string, problem: string, endpointOrigin?: string) {
    super(`The server at ${origin} says to post messages to ${problem}. Nothing is sent there`);
    this.origin = origin;
    this.endpointOrigin = endpointOrigin;
  }
}

/** What was asked for is of the stateless era, and HTTP+SSE is a transport of the handshake era alone. */
export class HandshakeOnlyError extends Error {
  override readonly name = "HandshakeOnlyError";

  constructor() {
    super(
      "HTTP+SSE carries only revisions with a handshake, up to 2025-11-25. " +
        "Later ones are spoken over Streamable HTTP (@towpath/transport-http)",
    );
  }
}
