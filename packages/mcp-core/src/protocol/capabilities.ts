import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { has, type Revision } from "./revisions.js";
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

/** The capability a method needs and the server did not declare, or `undefined` when nothing is missing. */
export function missingServerCapability(
  method: string,
  declared: ServerCapabilities,
  revision: Revision,
  neededFor: ReadonlyMap<string, readonly string[]> = SERVER_CAPABILITY_FOR,
): string | undefined {
  const path = neededFor.get(method);
  if (path === undefined || declares(declared, path)) return undefined;
  const undeclarable = path[0] === "completions" && !has(revision, "completionsCapability");
  return undeclarable ? undefined : path.join(".");
}

/** The part of `required` that was not declared, or `undefined` when all of it was. */
export function missingClientCapabilities(
  required: ClientCapabilities,
  declared: ClientCapabilities,
  revision: Revision,
): ClientCapabilities | undefined {
  return missingPart(required, withImpliedForm(asFarAsKnown(declared, revision)));
}

/** What a revision does not know of cannot have been declared in it, whatever stands there. */
function asFarAsKnown(declared: ClientCapabilities, revision: Revision): ClientCapabilities {
  if (has(revision, "urlElicitation") && has(revision, "samplingTools")) return declared;
  const { elicitation, sampling, ...others } = declared;
  return {
    ...others,
    ...(has(revision, "elicitation") && takesForms(elicitation) && { elicitation: {} }),
    ...(isObject(sampling) && { sampling: {} }),
  };
}

/** A client that declares URLs alone knows of later revisions, and takes no forms in this one either. */
function takesForms(elicitation: ClientCapabilities["elicitation"]): boolean {
  return isObject(elicitation) && (elicitation.url === undefined || elicitation.form !== undefined);
}

/** An empty `elicitation` means `form` (Elicitation, Capabilities). */
function withImpliedForm(declared: ClientCapabilities): ClientCapabilities {
  const { elicitation } = declared;
  const isEmpty = isObject(elicitation) && Object.keys(elicitation).length === 0;
  return isEmpty ? { ...declared, elicitation: { form: {} } } : declared;
}

function missingPart(required: JsonObject, declared: JsonObject): JsonObject | undefined {
  const missing = new Map<string, JsonObject[string]>();
  for (const [name, needed] of Object.entries(required)) {
    const found = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const fits = isObject(needed) ? isObject(found) : isDeclared(found);
    const part = fits && isObject(needed) && isObject(found) ? missingPart(needed, found) : undefined;
    if (!fits) missing.set(name, needed);
    else if (part !== undefined) missing.set(name, part);
  }
  return missing.size > 0 ? Object.fromEntries(missing) : undefined;
}

function declares(declared: JsonObject, path: readonly string[]): boolean {
  let at: JsonObject[string] = declared;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return false;
    at = at[key];
  }
  return isDeclared(at);
}

function isDeclared(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}
