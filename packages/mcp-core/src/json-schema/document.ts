import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { dialectOf, type Dialect } from "./dialects.js";
import { quote, UnsupportedSchemaError } from "./errors.js";
import { isArray, isObject } from "./json.js";
import type { Keyword } from "./keyword.js";
import type { JsonSchemaLimits } from "./limits.js";
import { join } from "./pointer.js";
import type { Check } from "./run.js";

/** A schema with a URI of its own: the document's root, or a subschema with `$id` (Core 2020-12, section 9.3). */
export interface Resource {
  readonly uri: string;
  readonly schema: JsonObject;
  readonly pointer: string;
  readonly anchors: Map<string, Subschema>;
  readonly dynamicAnchors: Map<string, Subschema>;
}

/** One object schema in its place. */
export interface Subschema {
  readonly schema: JsonObject;
  readonly pointer: string;
  /** How many subschemas it stands in, itself included. */
  readonly depth: number;
  readonly resource: Resource;
  readonly dialect: Dialect;
  /** `pending` until it is compiled. */
  check: Check;
}

/** The base of a schema without `$id`; no reference that leaves the document can match it. */
const DEFAULT_BASE = "towpath:///schema";

/** Every subschema and resource of a document, found by walking the keywords that hold subschemas. */
export class SchemaDocument {
  readonly resources = new Map<string, Resource>();
  /** In the order found; grows while references into unknown keywords are resolved. */
  readonly subschemas: Subschema[] = [];
  /** Whether any keyword reads annotations. */
  tracks = false;
  /** Whether any reference depends on the path that led to it. */
  isDynamic = false;
  #count = 0;
  readonly #places = new Map<object, Subschema>();
  readonly #limits: JsonSchemaLimits;

  constructor(limits: JsonSchemaLimits) {
    this.#limits = limits;
  }

  at(schema: object): Subschema | undefined {
    return this.#places.get(schema);
  }

  /**
   * Adds the schema at a place and all below it.
   * @throws UnsupportedSchemaError for a dialect, an identifier or the place of a subschema that is wrong,
   *   and for too many subschemas.
   */
  add(schema: JsonValue | undefined, pointer: string, parent?: Subschema): void {
    if (++this.#count > this.#limits.maxSubschemas) {
      const reason = `more than maxSubschemas (${this.#limits.maxSubschemas}) subschemas`;
      throw new UnsupportedSchemaError("too-many-subschemas", pointer, reason);
    }
    if (typeof schema === "boolean") return;
    if (!isSchemaObject(schema)) {
      const hint = isArray(schema) ? "; in 2020-12 a tuple is written as prefixItems" : "";
      throw invalid(pointer, `expected a schema: an object or a boolean${hint}`);
    }
    const subschema = this.#place(schema, pointer, parent);
    this.#places.set(schema, subschema);
    this.subschemas.push(subschema);
    this.#addAnchors(subschema);
    for (const keyword of subschema.dialect.keywords) this.#addBelow(subschema, keyword);
  }

  #place(schema: JsonObject, pointer: string, parent: Subschema | undefined): Subschema {
    const dialect = schema["$schema"] === undefined ? parent?.dialect : dialectOf(schema["$schema"], pointer);
    const place = { schema, pointer, depth: (parent?.depth ?? 0) + 1, check: pending };
    const chosen = dialect ?? dialectOf(undefined, pointer);
    return { ...place, dialect: chosen, resource: this.#resource(schema, pointer, chosen, parent) };
  }

  #resource(schema: JsonObject, pointer: string, dialect: Dialect, parent: Subschema | undefined): Resource {
    const uri = ownUri(schema, pointer, dialect, parent?.resource.uri ?? DEFAULT_BASE);
    if (uri === undefined && parent) return parent.resource;
    const resource: Resource = {
      uri: uri ?? DEFAULT_BASE,
      schema,
      pointer,
      anchors: new Map(),
      dynamicAnchors: new Map(),
    };
    if (this.resources.has(resource.uri)) {
      throw invalid(join(pointer, "$id"), `another subschema has the same URI, ${quote(resource.uri)}`);
    }
    this.resources.set(resource.uri, resource);
    return resource;
  }

  #addAnchors(subschema: Subschema): void {
    const { schema, resource, pointer, dialect } = subschema;
    for (const { keyword, dynamic, name } of dialect.anchors(schema)) {
      if (typeof name !== "string" || !ANCHOR.test(name)) {
        throw invalid(join(pointer, keyword), `expected a plain name, such as "node"`);
      }
      if (resource.anchors.has(name))
        throw invalid(join(pointer, keyword), `anchor ${quote(name)} is there twice`);
      resource.anchors.set(name, subschema);
      if (dynamic) resource.dynamicAnchors.set(name, subschema);
    }
  }

  #addBelow(subschema: Subschema, { name, holds }: Keyword): void {
    const value = subschema.schema[name];
    if (value === undefined) return;
    if (name.startsWith("unevaluated")) this.tracks = true;
    if (name === "$dynamicRef") this.isDynamic = true;
    const pointer = join(subschema.pointer, name);
    if (holds === "schema" || (holds === "schema-or-list" && !isArray(value))) {
      this.add(value, pointer, subschema);
    } else if (holds === "list" || holds === "schema-or-list") {
      if (!isArray(value)) throw invalid(pointer, "expected an array of schemas");
      for (const [index, item] of value.entries()) {
        this.add(item, join(pointer, index), subschema);
      }
    } else if (holds !== undefined) {
      if (!isSchemaObject(value)) throw invalid(pointer, "expected an object of schemas");
      for (const [key, member] of Object.entries(value)) {
        if (holds === "map-or-names" && isArray(member)) continue;
        this.add(member, join(pointer, key), subschema);
      }
    }
  }
}

/** The check of a subschema that is not compiled yet; it is never run. */
export const pending: Check = () => false;

const ANCHOR = /^[A-Za-z_][-A-Za-z0-9._]*$/;

function ownUri(schema: JsonObject, pointer: string, dialect: Dialect, base: string): string | undefined {
  const id = dialect.id(schema);
  if (id === undefined) return undefined;
  const uri = typeof id === "string" ? resolveUri(id, base) : undefined;
  if (uri === undefined || (uri.hash !== "" && uri.hash !== "#")) {
    throw invalid(join(pointer, "$id"), "expected a URI reference without a fragment");
  }
  uri.hash = "";
  return uri.href;
}

/** `undefined` where this is no URI reference, or cannot be resolved against the base. */
export function resolveUri(reference: string, base: string): URL | undefined {
  return URL.canParse(reference, base) ? new URL(reference, base) : undefined;
}

export function isSchemaObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}

function invalid(pointer: string, reason: string): UnsupportedSchemaError {
  return new UnsupportedSchemaError("invalid-schema", pointer, reason);
}
