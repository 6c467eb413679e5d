import { asJsonObject } from "../jsonrpc/as-json.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import type {
  JsonObject,
  JsonRpcErrorResponse,
  JsonRpcRequest,
  JsonRpcResponse,
} from "../jsonrpc/messages.js";
import { McpErrorCode, RateLimitedError } from "../protocol/errors.js";
import { Meta } from "../protocol/meta.js";
import {
  isHandshakeRevision,
  isStatelessRevision,
  type HandshakeRevision,
  type Revision,
  type StatelessRevision,
} from "../protocol/revisions.js";
import type { ClientCapabilities, Implementation, ServerCapabilities } from "../protocol/types.js";
import { InvalidResultError, NoCommonRevisionError } from "../protocol/client-errors.js";
import { errorSaid } from "../protocol/error-said.js";

/** What client and server agreed on. */
export interface Agreed {
  readonly revision: Revision;
  readonly server: Implementation | undefined;
  readonly capabilities: ServerCapabilities;
  readonly instructions: string | undefined;
}

/** What a client brings to a negotiation. */
export interface Introduction {
  readonly info: Implementation;
  /** What it declares where that revision is spoken. */
  readonly declared: (revision: Revision) => ClientCapabilities;
  readonly revisions: readonly Revision[];
}

/** Sends a request with a timeout of its own, and settles with the response. */
export type Send = (message: JsonRpcRequest) => Promise<JsonRpcResponse>;

const PROBE_ID = "towpath-discover";
const INITIALIZE_ID = "towpath-initialize";

/** What an answer to `server/discover` says of the server's era (stdio, Backward Compatibility). */
export type Verdict =
  | { readonly era: "stateless"; readonly agreed: Agreed }
  | { readonly era: "stateless"; readonly retryWith: StatelessRevision }
  | { readonly era: "stateless"; readonly error: Error }
  | { readonly era: "handshake" };

export function discoverRequest(
  us: Introduction,
  revision: StatelessRevision,
  attempt: number,
): JsonRpcRequest {
  const id = `${PROBE_ID}-${String(attempt)}`;
  return { jsonrpc: "2.0", id, method: "server/discover", params: { _meta: requestMeta(us, revision) } };
}

/** What every request of the stateless era says (Base Protocol, Per-request protocol fields). */
export function requestMeta({ info, declared }: Introduction, revision: StatelessRevision): JsonObject {
  return {
    [Meta.protocolVersion]: revision,
    [Meta.clientInfo]: asJsonObject(info),
    [Meta.clientCapabilities]: declared(revision),
  };
}

/** Judges the answer to a probe. Anything a server of the stateless era would not say means the other era. */
export function judge(response: JsonRpcResponse, us: Introduction): Verdict {
  if ("error" in response) return judgeError(response, us);
  const { result } = response;
  const { supportedVersions, capabilities, instructions } = result;
  if (!Array.isArray(supportedVersions) || !isObject(capabilities)) return { era: "handshake" };
  const revision = newestCommon(us, supportedVersions);
  if (revision === undefined)
    return {
      era: "stateless",
      error: new NoCommonRevisionError(us.revisions, supportedVersions.filter(isString)),
    };
  const agreed: Agreed = {
    revision,
    capabilities,
    server: serverInfoOf(result),
    instructions: typeof instructions === "string" ? instructions : undefined,
  };
  return { era: "stateless", agreed };
}

const MODERN_ERRORS: ReadonlySet<number> = new Set(Object.values(McpErrorCode));

function judgeError({ error }: JsonRpcErrorResponse, us: Introduction): Verdict {
  const said = errorSaid(error);
  // Whatever the era, this is not the time to ask.
  if (said instanceof RateLimitedError) return { era: "stateless", error: said };
  if (!MODERN_ERRORS.has(error.code)) return { era: "handshake" };
  const data = isObject(error.data) ? error.data : undefined;
  const supported = Array.isArray(data?.["supported"]) ? data["supported"] : [];
  const refused = error.code === McpErrorCode.unsupportedProtocolVersion;
  const retryWith = refused ? newestCommon(us, supported) : undefined;
  if (retryWith !== undefined) return { era: "stateless", retryWith };
  if (refused)
    return { era: "stateless", error: new NoCommonRevisionError(us.revisions, supported.filter(isString)) };
  return { era: "stateless", error: said };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function newestCommon(
  { revisions }: Introduction,
  listed: readonly unknown[],
): StatelessRevision | undefined {
  return revisions.filter(isStatelessRevision).findLast((revision) => listed.includes(revision));
}

/** The server's name and version as it reports them; unverified (Base Protocol, Per-response protocol fields). */
export function serverInfoOf({ _meta }: JsonObject): Implementation | undefined {
  const info = isObject(_meta) ? _meta[Meta.serverInfo] : undefined;
  return isImplementation(info) ? info : undefined;
}

function isImplementation(value: unknown): value is Implementation {
  return isObject(value) && typeof value["name"] === "string" && typeof value["version"] === "string";
}

/**
 * Greets a server of the handshake era (Lifecycle, Initialization).
 * @throws ProtocolError, NoCommonRevisionError, InvalidResultError
 */
export async function initialize(send: Send, us: Introduction): Promise<Agreed> {
  const supported = us.revisions.filter(isHandshakeRevision);
  const newest = supported.at(-1);
  if (newest === undefined) throw new NoCommonRevisionError(us.revisions, []);
  const response = await send(initializeRequest(us, newest));
  if ("error" in response) throw errorSaid(response.error);
  return readInitializeResult(response.result, supported);
}

function initializeRequest(
  { info, declared }: Introduction,
  protocolVersion: HandshakeRevision,
): JsonRpcRequest {
  const capabilities = declared(protocolVersion);
  const params = { protocolVersion, capabilities, clientInfo: asJsonObject(info) };
  return { jsonrpc: "2.0", id: INITIALIZE_ID, method: "initialize", params };
}

function readInitializeResult(result: JsonObject, supported: readonly HandshakeRevision[]): Agreed {
  const { protocolVersion, capabilities, serverInfo, instructions } = result;
  const revision = supported.find((candidate) => candidate === protocolVersion);
  if (revision === undefined) throw new NoCommonRevisionError(supported, [describe(protocolVersion)]);
  if (!isObject(capabilities))
    throw new InvalidResultError("The server's answer to initialize has no capabilities");
  return {
    revision,
    capabilities,
    server: isImplementation(serverInfo) ? serverInfo : undefined,
    instructions: typeof instructions === "string" ? instructions : undefined,
  };
}
