import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ServerTransport } from "../contract/index.js";
import type { HttpMount, HttpService } from "../http-server/service.js";

/** A service that may be more than requests and answers. */
export interface NodeService extends HttpService {
  /**
   * Takes a connection over, for a request to one of its paths that asks for another protocol (RFC 9110, section
   * 7.8). Never throws. Absent: such requests are answered like any other.
   */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** A transport that listens by itself, and that can share a server with others. */
export interface HttpServerTransport extends ServerTransport, HttpMount<NodeService> {}
