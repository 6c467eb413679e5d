import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { JsonSchema } from "./standard-schema.js";

/** A parameter of a tool that a header repeats (2026-07-28, Streamable HTTP, Custom Headers from Tool Parameters). */
export interface MirroredParameter {
  /** As in `Mcp-Param-Region`. */
  readonly header: string;
  /** The names of the properties that lead to it from the arguments. */
  readonly path: readonly string[];
}

export type MirroredParameters =
  | { readonly ok: true; readonly parameters: readonly MirroredParameter[] }
  | { readonly ok: false; readonly problem: string };

const ANNOTATION = "x-mcp-header";
/** `1*tchar` (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<unknown> = new Set(["string", "integer", "boolean"]);
/** Keywords whose values are instances, not schemas. */
const INSTANCES: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);
/** Keywords that hold schemas by names of the author's; the others hold one, or a list. */
const MAPS: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "dependencies",
  "$defs",
  "definitions",
]);

/** Reads the `x-mcp-header` annotations of a tool's input schema, and checks what the specification asks of them. */
export function mirroredParameters(schema: JsonSchema): MirroredParameters {
  const found = new Map<string, MirroredParameter>();
  const problem = search(schema, [], found);
  return problem === undefined ? { ok: true, parameters: [...found.values()] } : { ok: false, problem };
}

/** `path` is `undefined` where no chain of `properties` leads to the schema. */
function search(
  schema: unknown,
  path: readonly string[] | undefined,
  found: Map<string, MirroredParameter>,
): string | undefined {
  if (!isObject(schema)) return undefined;
  if (schema[ANNOTATION] !== undefined) {
    const problem = note(schema, path, found);
    if (problem !== undefined) return problem;
  }
  for (const [keyword, value] of Object.entries(schema)) {
    if (INSTANCES.has(keyword) || typeof value !== "object" || value === null) continue;
    const named = MAPS.has(keyword) || Array.isArray(value);
    for (const [name, part] of named ? Object.entries(value) : [["", value] as const]) {
      const below = keyword === "properties" && path !== undefined ? [...path, name] : undefined;
      const problem = search(part, below, found);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function note(
  schema: JsonObject,
  path: readonly string[] | undefined,
  found: Map<string, MirroredParameter>,
): string | undefined {
  const { type, [ANNOTATION]: name } = schema;
  if (typeof name !== "string" || !TOKEN.test(name))
    return `${ANNOTATION} must be a name that a header can have, of letters, digits, "-" or "_", not ${describe(name)}`;
  const annotation = `${ANNOTATION} ${JSON.stringify(name)}`;
  if (path === undefined || path.length === 0)
    return `${annotation} must be on a property that nothing but "properties" leads to`;
  if (!TYPES.has(type))
    return (
      `${annotation} must be on a string, an integer or a boolean, ` +
      `but the "type" of ${JSON.stringify(path.join("."))} is ${describe(type)}`
    );
  const key = name.toLowerCase();
  const other = found.get(key);
  if (other !== undefined)
    return `${annotation} is on ${JSON.stringify(path.join("."))} and on ${JSON.stringify(other.path.join("."))}; each name must be there once, in whatever case`;
  found.set(key, { header: `Mcp-Param-${name}`, path });
  return undefined;
}
