import { asJsonObject } from "../jsonrpc/as-json.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { logLevelField, stringField } from "../protocol/fields.js";
import { Meta } from "../protocol/meta.js";
import { afterwards, type MaybePromise } from "../protocol/promises.js";
import {
  has,
  isHandshakeRevision,
  isStatelessRevision,
  type Era,
  type HandshakeRevision,
  type Revision,
} from "../protocol/revisions.js";
import type { Implementation, ServerCapabilities } from "../protocol/types.js";
import { clientIdentity } from "./client-identity.js";
import { complete, type References } from "./completions/complete.js";
import type { RequestContext } from "./request-context.js";
import type { McpServerOptions } from "./options.js";
import type { MirroringMethod } from "./mirroring/request-headers.js";
import type { Prompts } from "./prompts/prompts.js";
import type { Resources } from "./resources/resources.js";
import type { Tools } from "./tools/tools.js";
import type { Subscriptions } from "./changes/listen.js";
import type { DeclaredTo, Method, MethodResult, ServerExtension } from "../extension/server.js";
import { subscribe, unsubscribe } from "./resources/subscriptions.js";
import { sessionlessError } from "./sessionless-error.js";

const HANDSHAKE: readonly Era[] = ["handshake"];
const STATELESS: readonly Era[] = ["stateless"];
const BOTH: readonly Era[] = ["handshake", "stateless"];

/** A method as it is served: those of the core see more of a request than an extension's. */
export interface ServedMethod extends Omit<Method, "handle">, MirroringMethod {
  /** The extension it is of, if it is of one. */
  readonly owner?: ServerExtension;
  readonly handle: (params: JsonObject, ctx: RequestContext) => MaybePromise<MethodResult>;
}

/** What the methods of the core protocol serve. */
interface Served {
  readonly info: Implementation;
  readonly options: McpServerOptions;
  readonly tools: Tools;
  readonly prompts: Prompts;
  readonly resources: Resources;
  readonly subscriptions: Subscriptions;
  readonly maxSubscriptions: number;
  readonly offered: { capabilities(to: DeclaredTo, canPush: boolean): ServerCapabilities };
}

/** The methods of the core protocol: in which eras, what for, how finished. */
export function coreMethods(core: Served): Readonly<Record<string, ServedMethod>> {
  const references: References = new Map([
    ["ref/resource", (ref, ctx) => core.resources.reference(ref, ctx)],
    ["ref/prompt", (ref, ctx) => core.prompts.find(stringField(ref, "name", "params.ref"), ctx).completable],
  ]);
  return {
    initialize: { eras: HANDSHAKE, handle: (params, ctx) => initialize(core, params, ctx) },
    ping: { eras: HANDSHAKE, handle: () => ({}) },
    "logging/setLevel": { eras: HANDSHAKE, capability: "logging", handle: setLevel },
    "server/discover": { eras: STATELESS, cache: "discover", handle: (_, ctx) => discover(core, ctx) },
    "subscriptions/listen": {
      eras: STATELESS,
      handle: (params, ctx) => core.subscriptions.listen(params, ctx),
    },
    "tools/list": {
      eras: BOTH,
      capability: "tools",
      cache: "lists",
      handle: (params, ctx) => core.tools.registry.list(params, ctx),
    },
    "resources/list": {
      eras: BOTH,
      capability: "resources",
      cache: "lists",
      handle: (params, ctx) => core.resources.list(params, ctx),
    },
    "resources/templates/list": {
      eras: BOTH,
      capability: "resources",
      cache: "lists",
      handle: (params, ctx) => core.resources.templates.list(params, ctx),
    },
    "resources/read": {
      eras: BOTH,
      capability: "resources",
      cache: "reads",
      mirroredName: "uri",
      handle: (params, ctx) => core.resources.read(params, ctx),
    },
    "resources/subscribe": {
      eras: HANDSHAKE,
      capability: "resources",
      handle: (params, ctx) => subscribe(core.resources, core.maxSubscriptions, params, ctx),
    },
    "resources/unsubscribe": { eras: HANDSHAKE, capability: "resources", handle: unsubscribe },
    "prompts/list": {
      eras: BOTH,
      capability: "prompts",
      cache: "lists",
      handle: (params, ctx) => core.prompts.registry.list(params, ctx),
    },
    "prompts/get": {
      eras: BOTH,
      capability: "prompts",
      mirroredName: "name",
      handle: (params, ctx) => core.prompts.get(params, ctx),
    },
    "completion/complete": {
      eras: BOTH,
      capability: "completions",
      handle: (params, ctx) => complete(references, params, ctx),
    },
    "tools/call": {
      eras: BOTH,
      capability: "tools",
      mirroredName: "name",
      checkHeaders: (params, headers, principal) => {
        core.tools.checkHeaders(params, headers, principal);
      },
      handle: (params, ctx) => core.tools.call(params, ctx),
    },
  };
}

/** Lifecycle, Initialization, of the handshake era. */
function initialize(core: Served, params: JsonObject, ctx: RequestContext): MaybePromise<JsonObject> {
  const { link, principal } = ctx;
  const requested = stringField(params, "protocolVersion");
  const identity = clientIdentity(params);
  if (link.handshake !== undefined)
    throw new InvalidRequestError("Invalid request: initialize was answered before");
  const revision = negotiate(link.revisions, requested);
  const declared = core.offered.capabilities({ revision, principal }, link.peer.push !== undefined);
  const listChanged = namesWithListChanged(declared);
  const { instructions } = core.options;
  return afterwards(link.introduce({ ...identity, revision, listChanged }), {
    protocolVersion: revision,
    capabilities: declared,
    serverInfo: infoFor(core.info, revision),
    ...(instructions !== undefined && { instructions }),
  });
}

function namesWithListChanged(declared: ServerCapabilities): readonly string[] {
  const entries = Object.entries(declared);
  return entries.flatMap(([name, settings]) =>
    isObject(settings) && settings["listChanged"] === true ? [name] : [],
  );
}

/** The version asked for, if it is supported; else the newest that is (Lifecycle, Version Negotiation). */
function negotiate(spoken: readonly Revision[], requested: string): HandshakeRevision {
  const supported = spoken.filter(isHandshakeRevision);
  const revision = supported.find((candidate) => candidate === requested) ?? supported.at(-1);
  // `unintroducedCaller` refuses the handshake era before it comes to this.
  if (revision === undefined)
    throw new InvalidRequestError("Invalid request: no handshake revision is supported");
  return revision;
}

function infoFor(info: Implementation, revision: HandshakeRevision): JsonObject {
  const { name, version, title, ...rest } = info;
  return {
    name,
    version,
    ...(title !== undefined && has(revision, "title") && { title }),
    ...(has(revision, "icons") && asJsonObject(rest)),
  };
}

/** Logging, of the handshake era. */
function setLevel(params: JsonObject, { link }: RequestContext): MaybePromise<JsonObject> {
  const logLevel = logLevelField(params, "level");
  if (link.handshake === undefined) throw sessionlessError("a log level", link.peer);
  return afterwards(link.introduce({ ...link.handshake, logLevel }), {});
}

/** Discovery, of the stateless era: lists only what can be spoken per request. */
function discover(core: Served, ctx: RequestContext): JsonObject {
  const { instructions } = core.options;
  return {
    supportedVersions: ctx.link.revisions.filter(isStatelessRevision),
    capabilities: core.offered.capabilities(
      { revision: ctx.client.revision, principal: ctx.principal },
      true,
    ),
    ...(instructions !== undefined && { instructions }),
    _meta: { [Meta.serverInfo]: asJsonObject(core.info) },
  };
}
