import { EncodedResult, resultReply, type Reply } from "../jsonrpc/encode.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import type { Era } from "../protocol/revisions.js";
import type { CacheHints, Implementation } from "../protocol/types.js";
import type { CacheKind, Method, MethodResult } from "../extension/server.js";

/**
 * Finishes results as the era asks. In the stateless era each says its type and who sends it, and some
 * carry caching hints (Base Protocol, ResultType and `_meta`; Caching). What is the same for every result
 * of a kind is encoded once and appended.
 */
export class Finisher {
  readonly #serverInfo: JsonObject;
  readonly #cache: Readonly<Record<CacheKind, CacheHints>>;
  readonly #tails: ReadonlyMap<CacheKind | undefined, string>;

  constructor({ name, version }: Implementation, cache: Readonly<Record<CacheKind, CacheHints>>) {
    this.#serverInfo = { [Meta.serverInfo]: { name, version } };
    this.#cache = cache;
    const kinds: readonly (CacheKind | undefined)[] = [undefined, "discover", "lists", "reads"];
    this.#tails = new Map(kinds.map((kind) => [kind, JSON.stringify(this.#common(kind)).slice(1)]));
  }

  /** @throws TypeError when the result holds something JSON cannot carry */
  finish(id: RequestId, method: Pick<Method, "cache">, result: MethodResult, era: Era): Reply {
    const value = result instanceof EncodedResult ? result.value : result;
    // Middleware that forgets to return is easily written.
    if (!isObject(value)) throw new TypeError(`A result must be an object, not ${describe(value)}`);
    // Its JSON may be anything: a date's, for one, is a string.
    if (typeof value["toJSON"] === "function")
      throw new TypeError(
        "A result must be a plain object, not one with a toJSON of its own, such as a date",
      );
    const stateless = era === "stateless";
    if (stateless && needsMerge(value)) return resultReply(id, JSON.stringify(this.#merge(value, method)));
    const json = result instanceof EncodedResult ? result.json : JSON.stringify(result);
    if (!json.startsWith("{")) throw new TypeError("The JSON of a result must be an object's");
    return resultReply(id, stateless ? append(json, this.#tails.get(method.cache) ?? "}") : json);
  }

  #common(kind: CacheKind | undefined): JsonObject {
    return { resultType: "complete", ...(kind !== undefined && this.#cache[kind]), _meta: this.#serverInfo };
  }

  #merge(value: JsonObject, { cache }: Pick<Method, "cache">): JsonObject {
    const interim = value["resultType"] !== undefined && value["resultType"] !== "complete";
    const common = this.#common(interim ? undefined : cache);
    const added = Object.entries(common).filter(([key]) => value[key] === undefined);
    // The type of a result's `_meta` is an object or nothing; ours to trust.
    const meta = value["_meta"] as JsonObject | undefined;
    return { ...value, ...Object.fromEntries(added), _meta: { ...this.#serverInfo, ...meta } };
  }
}

const COMMON = ["_meta", "resultType", "ttlMs", "cacheScope"] as const;

/** Whether the result says itself some of what would be appended. */
function needsMerge(value: JsonObject): boolean {
  return COMMON.some((key) => value[key] !== undefined);
}

function append(json: string, tail: string): string {
  return json === "{}" ? `{${tail}` : `${json.slice(0, -1)},${tail}`;
}
