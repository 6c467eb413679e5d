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

/**
 * The extensions of one client, as everything else of it sees them. Of several with something of one name, the first
 * has it.
 */
export class Extensions {
  readonly known: Readonly<Record<Era, Known>>;
  /** By method, the param that the `Mcp-Name` header repeats. */
  readonly mirroredNames: ReadonlyMap<string, string>;
  readonly listenFilters: readonly string[];
  readonly #all: readonly ClientExtension[];
  readonly #host: Pick<ClientExtensionHost, "agreed">;
  readonly #following: ByName<ClientExtension>;
  readonly #calls: ByName<CallHandler>;
  readonly #results: ByName<(result: JsonObject) => void>;
  readonly #notifications: ByName<(params: JsonObject) => void>;
  readonly #serves: ByName<ServedHandler>;

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
    this.#host = host;
    this.known = { handshake: knownIn("handshake", all), stateless: knownIn("stateless", all) };
    this.mirroredNames = firsts(all.flatMap(({ mirroredNames = {} }) => Object.entries(mirroredNames)));
    this.listenFilters = all.flatMap(({ listenFilters = [] }) => listenFilters);
    this.#following = byName(
      all.map((extension) => (extension.resultTypes ?? []).map((type) => [type, extension])),
    );
    this.#calls = byName(all.map(({ calls = {} }) => Object.entries(calls)));
    this.#results = byName(all.map(({ results = {} }) => Object.entries(results)));
    this.#notifications = byName(all.map(({ notifications = {} }) => Object.entries(notifications)));
    this.#serves = byName(all.map(({ serves = {} }) => Object.entries(serves)));
  }

  /** What a client that declares `ours` by itself declares in a revision. */
  declared(ours: ClientCapabilities, revision: Revision): ClientCapabilities {
    const era = eraOf(revision);
    const declared = this.#all.filter((extension) => isDeclaredIn(era, extension));
    let all: JsonObject = era === "stateless" ? statelessly(ours) : ours;
    for (const { capabilities } of this.#all.toReversed()) {
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
    const extensions = typeof resultType === "string" ? this.#following.get(resultType) : undefined;
    if (extensions === undefined) return result;
    const { era } = this.#host.agreed;
    const first = extensions.find((extension) => isDeclaredIn(era, extension));
    return first?.follow === undefined ? result : first.follow(result, callOf());
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
    neededFor: new Map([...SERVER_CAPABILITY_FOR, ...firsts(needs)]),
  };
}

/** By name, in the order in which they are asked. */
type ByName<T> = ReadonlyMap<string, readonly T[]>;

type Named<T> = readonly (readonly [name: string, value: T])[];

/** @param given by extension */
function byName<T>(given: readonly Named<T>[]): ByName<T> {
  const all = new Map<string, T[]>();
  for (const [name, value] of given.flat()) all.set(name, [...(all.get(name) ?? []), value]);
  return all;
}

function firsts<T>(given: Named<T>): ReadonlyMap<string, T> {
  return new Map(given.toReversed());
}

function merged(ours: JsonObject, further: JsonObject): JsonObject {
  const entries = Object.entries(further).map(([name, value]) => {
    const own = Object.hasOwn(ours, name) ? ours[name] : undefined;
    return [name, isObject(own) && isObject(value) ? merged(own, value) : value] as const;
  });
  return { ...ours, ...Object.fromEntries(entries) };
}
