import type { Caller } from "../extension/caller.js";
import type { Exchange, Peer, ReadonlyHeaders } from "../contract/index.js";
import { InvalidParamsError, InvalidRequestError, type ProtocolError } from "../jsonrpc/errors.js";
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
import type { ClientCapabilities } from "../protocol/types.js";

const VERSION_HEADER = "mcp-protocol-version";
const META_PATH = "params._meta";
const VERSION_PATH = `${META_PATH}["${Meta.protocolVersion}"]`;

/** What the MCP-Protocol-Version header says, next to what `_meta` says; `unmirrored` where there are no headers. */
type HeaderSays = "unmirrored" | "nothing" | "the same" | "a stateless version" | "another";
type Outcome = Era | "version missing" | "mismatch";

/** Which era a request belongs to. Mirrored values come first: a mismatch is found before anything else. */
const ERA_OF_REQUEST: Readonly<
  Record<"version in _meta" | "none in _meta", Readonly<Record<HeaderSays, Outcome>>>
> = {
  "version in _meta": {
    unmirrored: "stateless",
    "the same": "stateless",
    nothing: "mismatch",
    "a stateless version": "mismatch",
    another: "mismatch",
  },
  "none in _meta": {
    unmirrored: "handshake",
    "the same": "handshake",
    nothing: "handshake",
    "a stateless version": "version missing",
    another: "handshake",
  },
};

function headerSays(version: unknown, header: string | null | undefined): HeaderSays {
  if (header === undefined) return "unmirrored";
  if (header === null) return "nothing";
  if (header === version) return "the same";
  return isStatelessRevision(header) ? "a stateless version" : "another";
}

/**
 * The version a request names in its `_meta`, which makes it a request of the stateless era; `undefined`
 * for the handshake era, to which every request belongs where a server speaks no other: only then does a
 * client of both fall back (stdio, Backward Compatibility).
 * @throws HeaderMismatchError, InvalidParamsError
 */
export function statelessVersion(
  meta: JsonObject | undefined,
  { mirrored }: Exchange,
  supported: readonly Revision[],
): string | undefined {
  const header = mirrored?.get(VERSION_HEADER);
  if (!supported.some(isStatelessRevision)) {
    checkHandshakeHeader(header, supported);
    return undefined;
  }
  const version = meta?.[Meta.protocolVersion];
  const row = ERA_OF_REQUEST[version === undefined ? "none in _meta" : "version in _meta"];
  const outcome = row[headerSays(version, header)];
  if (outcome === "handshake") {
    checkHandshakeHeader(header, supported);
    return undefined;
  }
  if (outcome === "stateless" && typeof version === "string") return version;
  if (outcome === "mismatch") {
    const said = header === null ? "is missing" : `says ${describe(header)}`;
    throw new HeaderMismatchError(
      `The MCP-Protocol-Version header ${said}, but the body says ${describe(version)}`,
    );
  }
  const wrong = outcome === "stateless" ? `must be a string, not ${describe(version)}` : "is missing";
  throw new InvalidParamsError(`Invalid params: ${VERSION_PATH} ${wrong}`);
}

/** A version that is not spoken is refused whoever names it, also within a session. */
function checkHandshakeHeader(header: string | null | undefined, supported: readonly Revision[]): void {
  if (typeof header === "string") headerRevision(header, supported);
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
 * @throws InvalidRequestError; where no handshake is spoken at all, the error of `noHandshake`
 */
export function unintroducedCaller(
  method: string,
  params: JsonObject,
  { session }: Peer,
  { mirrored }: Exchange,
  supported: readonly Revision[],
): Caller {
  const newest = supported.findLast(isHandshakeRevision);
  if (newest === undefined) throw noHandshake(method, params, mirrored, supported);
  if (BEFORE_HANDSHAKE.has(method)) return { era: "handshake", revision: newest, capabilities: {} };
  if (mirrored !== undefined && session === undefined) {
    const revision = headerRevision(mirrored.get(VERSION_HEADER), supported);
    return { era: "handshake", revision, capabilities: {} };
  }
  throw new InvalidRequestError(
    `Invalid request: ${method} came before initialize, and names no protocol version in ${VERSION_PATH}`,
  );
}

function headerRevision(header: string | null, supported: readonly Revision[]): HandshakeRevision {
  const revision = header ?? DEFAULT_HTTP_REVISION;
  if (isHandshakeRevision(revision) && supported.includes(revision)) return revision;
  const said = header === null ? "is missing, which means" : "says";
  throw new InvalidRequestError(
    `Invalid request: the MCP-Protocol-Version header ${said} ${describe(revision)}; supported: ${supported.join(", ")}`,
  );
}

/**
 * Versioning, Backward Compatibility: legacy clients can only show this message, so it names the versions. Over
 * HTTP, the header is missed first (Streamable HTTP, Protocol Version Header).
 */
function noHandshake(
  method: string,
  { protocolVersion }: JsonObject,
  mirrored: ReadonlyHeaders | undefined,
  supported: readonly Revision[],
): ProtocolError {
  if (method === "initialize" && typeof protocolVersion === "string")
    return new UnsupportedProtocolVersionError(protocolVersion, supported);
  const ending = `is missing; supported: ${supported.join(", ")}`;
  return mirrored?.get(VERSION_HEADER) === null
    ? new HeaderMismatchError(`The MCP-Protocol-Version header ${ending}`)
    : new InvalidParamsError(`Invalid params: ${VERSION_PATH} ${ending}`);
}
