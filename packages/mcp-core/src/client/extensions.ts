import type {
  CallHandler,
  ClientCall,
  ClientExtension,
  ClientExtensionHost,
  ClientExtensionOption,
  ServedContext,
  ServedHandler,
} from "../extension/client.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcNotification } from "../jsonrpc/messages.js";
import { SERVER_CAPABILITY_FOR } from "../protocol/capabilities.js";
import { checkExtensionId } from "../protocol/extension-id.js";
import { isolate, type MaybePromise } from "../protocol/promises.js";
import { eraOf, type Era, type Revision } from "../protocol/revisions.js";
import type { ClientCapabilities } from "../protocol/types.js";
import { statelessly } from "./answering/declared.js";
import { INPUT_REQUIRED } from "./answering/input-required.js";

/** What is known in one era, extensions included. */
export interface Known {
  readonly resultTypes: ReadonlySet<string>;
  /** The server capability each method needs. */
  readonly neededFor: ReadonlyMap<string, readonly string[]>;
}

/** The extensions of one client, as everything else of it sees them. */
export class Extensions {
  readonly known: Readonly<Record<Era, Known>>;
  /** By method, the param that the `Mcp-Name` header repeats. */
  readonly mirroredNames: ReadonlyMap<string, string>;
  readonly listenFilters: readonly string[];
  readonly #all: readonly ClientExtension[];
  readonly #following: ReadonlyMap<string, ClientExtension>;
  readonly #calls: ReadonlyMap<string, readonly CallHandler[]>;
  readonly #results: ReadonlyMap<string, readonly ((result: JsonObject) => void)[]>;
  readonly #notifications: ReadonlyMap<string, readonly ((params: JsonObject) => void)[]>;
  readonly #serves: ReadonlyMap<string, readonly ServedHandler[]>;

  /** @throws TypeError for an extension without a proper id, or two with the same */
  constructor(given: readonly ClientExtensionOption[], host: ClientExtensionHost) {
    const all = given.map((extension) => (typeof extension === "function" ? extension(host) : extension));
    const ids = new Set<string>();
    for (const { id } of all) {
      checkExtensionId(id);
      if (ids.has(id)) throw new TypeError(`The extension ${id} is there twice, be it built in`);
      ids.add(id);
    }
    this.#all = all;
    this.known = { handshake: knownIn("handshake", all), stateless: knownIn("stateless", all) };
    this.mirroredNames = new Map(all.flatMap(({ mirroredNames = {} }) => Object.entries(mirroredNames)));
    this.listenFilters = all.flatMap(({ listenFilters = [] }) => listenFilters);
    this.#following = new Map(
      all.flatMap((extension) => (extension.resultTypes ?? []).map((type) => [type, extension])),
    );
    this.#calls = byMethod(all.map(({ calls }) => calls));
    this.#results = byMethod(all.map(({ results }) => results));
    this.#notifications = byMethod(all.map(({ notifications }) => notifications));
    this.#serves = byMethod(all.map(({ serves }) => serves));
  }

  /** What a client that declares `ours` by itself declares in a revision. */
  declared(ours: ClientCapabilities, revision: Revision): ClientCapabilities {
    const era = eraOf(revision);
    const declared = this.#all.filter((extension) => isDeclaredIn(era, extension));
    let all: JsonObject = era === "stateless" ? statelessly(ours) : ours;
    for (const { capabilities } of this.#all) {
      const further = capabilities?.[era];
      all = merged(all, (typeof further === "function" ? further(revision) : further) ?? {});
    }
    const extensions = Object.fromEntries(declared.map(({ id, settings = {} }) => [id, settings]));
    return declared.length > 0 ? merged(all, { extensions }) : all;
  }

  /** Has a call made in place of the core; `undefined`: the core makes it. */
  call(method: string, callOf: () => ClientCall): Promise<JsonObject> | undefined {
    const handlers = this.#calls.get(method);
    if (handlers === undefined) return undefined;
    const call = callOf();
    for (const handler of handlers) {
      const result = handler(call);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** The result the caller waits for. */
  follow(result: JsonObject, callOf: () => ClientCall): MaybePromise<JsonObject> {
    const { resultType } = result;
    const extension = typeof resultType === "string" ? this.#following.get(resultType) : undefined;
    return extension?.follow === undefined ? result : extension.follow(result, callOf());
  }

  /** A result has come. */
  came(method: string, result: JsonObject): void {
    for (const see of this.#results.get(method) ?? [])
      isolate(() => {
        see(result);
      });
  }

  heard({ method, params = {} }: JsonRpcNotification): void {
    for (const hear of this.#notifications.get(method) ?? [])
      isolate(() => {
        hear(params);
      });
  }

  /** Has a request of the server's answered; `undefined`: the core answers. */
  serve(method: string, params: JsonObject, ctx: ServedContext): MaybePromise<JsonObject> | undefined {
    for (const handler of this.#serves.get(method) ?? []) {
      const served = handler(params, ctx);
      if (served !== undefined) return served;
    }
    return undefined;
  }
}

function isDeclaredIn(era: Era, { declaredIn }: ClientExtension): boolean {
  return declaredIn?.includes(era) ?? true;
}

function knownIn(era: Era, all: readonly ClientExtension[]): Known {
  const declared = all.filter((extension) => isDeclaredIn(era, extension));
  const needs = declared.flatMap(({ id, methods = [] }) =>
    methods.map((method) => [method, ["extensions", id]] as const),
  );
  return {
    resultTypes: new Set([
      "complete",
      INPUT_REQUIRED,
      ...declared.flatMap(({ resultTypes = [] }) => resultTypes),
    ]),
    neededFor: new Map([...SERVER_CAPABILITY_FOR, ...needs]),
  };
}

function byMethod<Handler>(
  given: readonly (Readonly<Record<string, Handler>> | undefined)[],
): ReadonlyMap<string, readonly Handler[]> {
  const all = new Map<string, Handler[]>();
  for (const [method, handler] of given.flatMap((handlers) => Object.entries(handlers ?? {})))
    all.set(method, [...(all.get(method) ?? []), handler]);
  return all;
}

function merged(ours: JsonObject, further: JsonObject): JsonObject {
  const entries = Object.entries(further).map(([name, value]) => {
    const own = Object.hasOwn(ours, name) ? ours[name] : undefined;
    return [name, isObject(own) && isObject(value) ? merged(own, value) : value] as const;
  });
  return { ...ours, ...Object.fromEntries(entries) };
}
