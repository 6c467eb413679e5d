import type { ClientCapabilities, ServerCapabilities } from "./types.js";

/** The capability a server must have declared before a client may send it a method. */
export const SERVER_CAPABILITY_FOR: ReadonlyMap<string, readonly string[]> = new Map([
  ["tools/list", ["tools"]],
  ["tools/call", ["tools"]],
  ["resources/list", ["resources"]],
  ["resources/templates/list", ["resources"]],
  ["resources/read", ["resources"]],
  ["resources/subscribe", ["resources", "subscribe"]],
  ["resources/unsubscribe", ["resources", "subscribe"]],
  ["prompts/list", ["prompts"]],
  ["prompts/get", ["prompts"]],
  ["completion/complete", ["completions"]],
  ["logging/setLevel", ["logging"]],
]);

/** The capability a client must have declared before a server may ask it. */
export const CLIENT_CAPABILITY_FOR: ReadonlyMap<string, ClientCapabilities> = new Map([
  ["elicitation/create", { elicitation: {} }],
  ["sampling/createMessage", { sampling: {} }],
  ["roots/list", { roots: {} }],
]);

/**
 * Whether the server declared what a method needs. `completions` has a capability of its own only from
 * 2025-03-26 on; a client that talks to an older server passes `2024-11-05` as it negotiated it.
 */
export function missingServerCapability(method: string, declared: ServerCapabilities): string | undefined {
  const path = SERVER_CAPABILITY_FOR.get(method);
  return path !== undefined && !declares(declared, path) ? path.join(".") : undefined;
}

/** The part of `required` that was not declared, or `undefined` when all of it was. */
export function missingClientCapabilities(
  required: ClientCapabilities,
  declared: ClientCapabilities,
): ClientCapabilities | undefined {
  const missing = Object.entries(required).flatMap(([name, needed]) => {
    const has = Object.hasOwn(declared, name) && isTruthyObject(declared[name]);
    if (!has) return [[name, needed] as const];
    const inner = isTruthyObject(needed)
      ? Object.keys(needed).filter((key) => !declares(declared, [name, key]))
      : [];
    return inner.length > 0 ? [[name, Object.fromEntries(inner.map((key) => [key, {}]))] as const] : [];
  });
  return missing.length > 0 ? Object.fromEntries(missing) : undefined;
}

function declares(declared: object, path: readonly string[]): boolean {
  let at: unknown = declared;
  for (const key of path) {
    if (!isTruthyObject(at) || !Object.hasOwn(at, key)) return false;
    at = at[key];
  }
  return at !== undefined && at !== null && at !== false;
}

function isTruthyObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
