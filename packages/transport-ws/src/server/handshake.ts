import { RefusedError } from "@towpath/mcp-core/http-server";
import { SUBPROTOCOL } from "../subprotocol.js";
import type { UpgradeRequest } from "./upgrade-request.js";

export const UPGRADE = { upgrade: "websocket" };
export const HERE = `A WebSocket is opened here, with the subprotocol ${SUBPROTOCOL}`;

/** The one version there is. In drafts of it, which `ws` takes too, pages are told by another header than `Origin`. */
const VERSION = "13";

/**
 * Looks at what a client asks for, before it is asked who it is (RFC 6455, sections 4.2.1 and 4.2.2).
 * @throws RefusedError
 */
export function checkHandshake({ method, headers }: UpgradeRequest): void {
  if (method !== "GET") throw new RefusedError(405, `${HERE}, by the method GET alone`, { allow: "GET" });
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") throw new RefusedError(426, HERE, UPGRADE);
  if (headers.get("sec-websocket-version") !== VERSION)
    throw new RefusedError(426, `${HERE}, in version ${VERSION} (Sec-WebSocket-Version)`, {
      ...UPGRADE,
      "sec-websocket-version": VERSION,
    });
  const offered = headers.get("sec-websocket-protocol");
  if (!offered?.split(",").some((one) => one.trim() === SUBPROTOCOL))
    throw new RefusedError(400, `${HERE}; ${offered === null ? "none was offered" : "it was not offered"}`);
}
