import type { Peer } from "../contract/index.js";
import { InvalidParamsError, InvalidRequestError } from "../jsonrpc/errors.js";
import { describe } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { HeaderMismatchError, UnsupportedProtocolVersionError } from "../protocol/errors.js";
import { implementationField, logLevelField, objectField } from "../protocol/fields.js";
import type { Handshake } from "../protocol/handshake.js";
import { Meta } from "../protocol/meta.js";
import {
  DEFAULT_HTTP_REVISION,
  isHandshakeRevision,
  isStatelessRevision,
  type Era,
  type HandshakeRevision,
  type Revision,
} from "../protocol/revisions.js";
import type { ClientCapabilities, Implementation, LogLevel } from "../protocol/types.js";

/** Who sent a request, as the request (stateless era) or the handshake says. */
export interface Caller {
  readonly era: Era;
  readonly revision: Revision;
  readonly info?: Implementation;
  readonly capabilities: ClientCapabilities;
  /** The least severe level the client asked for; nothing is logged to a client that did not ask. */
  readonly logLevel?: LogLevel;
}

const VERSION_HEADER = "mcp-protocol-version";
const META_PATH = "params._meta";

/**
 * The version a request names in its `_meta`, which makes it a request of the stateless era. A request
 * that names none belongs to the handshake era, unless its header says otherwise.
 * @throws HeaderMismatchError, InvalidParamsError
 */
export function statelessVersion(meta: JsonObject | undefined, peer: Peer): string | undefined {
  const version = meta?.[Meta.protocolVersion];
  if (peer.headers !== undefined) checkVersionHeader(version, peer.headers.get(VERSION_HEADER));
  if (version === undefined || typeof version === "string") return version;
  const path = `${META_PATH}["${Meta.protocolVersion}"]`;
  throw new InvalidParamsError(`Invalid params: ${path} must be a string, not ${describe(version)}`);
}

function checkVersionHeader(version: unknown, header: string | null): void {
  if (version === undefined) {
    if (!isStatelessRevision(header)) return;
    throw new InvalidParamsError(
      `Invalid params: ${META_PATH}["${Meta.protocolVersion}"] is missing, though the MCP-Protocol-Version header says ${header}`,
    );
  }
  if (header !== version) {
    const said = header === null ? "is missing" : `says ${describe(header)}`;
    throw new HeaderMismatchError(
      `The MCP-Protocol-Version header ${said}, but the body says ${describe(version)}`,
    );
  }
}

/**
 * Reads what every request of the stateless era carries (Base Protocol, Per-request protocol fields).
 * @throws UnsupportedProtocolVersionError, InvalidParamsError
 */
export function statelessCaller(version: string, meta: JsonObject, supported: readonly Revision[]): Caller {
  if (!isStatelessRevision(version) || !supported.includes(version)) {
    throw new UnsupportedProtocolVersionError(version, supported.filter(isStatelessRevision));
  }
  const capabilities: ClientCapabilities = objectField(meta, Meta.clientCapabilities, META_PATH);
  const named = meta[Meta.clientInfo] !== undefined;
  const logs = meta[Meta.logLevel] !== undefined;
  return {
    era: "stateless",
    revision: version,
    capabilities,
    ...(named && { info: implementationField(meta, Meta.clientInfo, META_PATH) }),
    ...(logs && { logLevel: logLevelField(meta, Meta.logLevel, META_PATH) }),
  };
}

export function handshakeCaller(handshake: Handshake): Caller {
  const { revision, clientInfo, capabilities, logLevel } = handshake;
  return {
    era: "handshake",
    revision,
    info: clientInfo,
    capabilities,
    ...(logLevel !== undefined && { logLevel }),
  };
}

/** What may be asked before `initialize` (Lifecycle, Initialization). */
const BEFORE_HANDSHAKE: ReadonlySet<string> = new Set(["initialize", "ping"]);

/**
 * Stands in for a caller that made no handshake on this link. Over HTTP without sessions nobody can have:
 * the header says the revision, and a missing one means 2025-03-26 (2025-06-18, Transports, Protocol
 * Version Header). Elsewhere `initialize` has to come first.
 * @throws InvalidRequestError
 */
export function unintroducedCaller(method: string, peer: Peer, supported: readonly Revision[]): Caller {
  const newest = supported.filter(isHandshakeRevision).at(-1);
  if (newest === undefined) throw noHandshake(method, supported);
  if (peer.headers !== undefined && peer.session === undefined) {
    return { era: "handshake", revision: headerRevision(peer.headers.get(VERSION_HEADER)), capabilities: {} };
  }
  if (BEFORE_HANDSHAKE.has(method)) return { era: "handshake", revision: newest, capabilities: {} };
  throw new InvalidRequestError(
    `Invalid request: ${method} came before initialize, and names no protocol version in params._meta["${Meta.protocolVersion}"]`,
  );
}

function headerRevision(header: string | null): HandshakeRevision {
  if (header === null) return DEFAULT_HTTP_REVISION;
  if (isHandshakeRevision(header)) return header;
  throw new InvalidRequestError(
    `Invalid request: the MCP-Protocol-Version header says ${describe(header)}, which is not supported`,
  );
}

/** Versioning, Backward Compatibility: legacy clients can only show this message, so it names the versions. */
function noHandshake(method: string, supported: readonly Revision[]): Error {
  if (method === "initialize") return new UnsupportedProtocolVersionError("initialize", supported);
  return new InvalidParamsError(
    `Invalid params: ${META_PATH}["${Meta.protocolVersion}"] is missing; supported: ${supported.join(", ")}`,
  );
}
