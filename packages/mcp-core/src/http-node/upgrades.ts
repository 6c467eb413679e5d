import { IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Services } from "../http-server/services.js";
import { pathOf } from "./node-call.js";
import type { NodeService } from "./node-service.js";

const ASKED = Symbol("asked for an upgrade");

/**
 * Requests that ask for another protocol only where there is one. Where anybody listens for upgrades, node:http takes
 * every request for one that has an Upgrade header; some clients ask for HTTP/2 with each that they send, and are
 * content with HTTP/1.1 (RFC 9110, section 7.8).
 */
export function upgradingRequests(services: Services<NodeService>): typeof IncomingMessage {
  class UpgradingRequest extends IncomingMessage {
    // Set by the constructor that is extended, so that it can be no private field.
    [ASKED]: unknown;

    get upgrade(): boolean {
      return this[ASKED] === true && upgraderOf(services, this) !== undefined;
    }

    set upgrade(asked: unknown) {
      this[ASKED] = asked;
    }
  }
  return UpgradingRequest;
}

/** Hands connections over to the services that take them. */
export function takeUpgrades(server: Server, services: Services<NodeService>): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const service = upgraderOf(services, request);
    if (service?.upgrade === undefined)
      socket.destroy(); // a request that is none of those above
    else service.upgrade(request, socket, head);
  });
}

function upgraderOf({ all }: Services<NodeService>, request: IncomingMessage): NodeService | undefined {
  const path = pathOf(request);
  return all.find(({ paths, upgrade }) => upgrade !== undefined && paths.includes(path));
}
