import type { JsonValue } from "../jsonrpc/messages.js";
import {
  isSchemaObject,
  resolveUri,
  type Resource,
  type SchemaDocument,
  type Subschema,
} from "./document.js";
import { quote, UnsupportedSchemaError } from "./errors.js";
import { isArray } from "./json.js";
import { fragmentTokens, join } from "./pointer.js";

/** Where a reference leads: an object schema, or `true` and `false`. */
export interface Target {
  readonly subschema: Subschema | boolean;
  /** Set where the reference names an anchor. */
  readonly anchor?: string;
}

/**
 * Resolves a reference inside the document. Nothing is ever fetched (MCP, Base Protocol, $ref Resolution).
 * @throws UnsupportedSchemaError `external-ref`, `unresolved-ref`, or `invalid-schema`.
 */
export function resolve(
  reference: JsonValue,
  from: Subschema,
  pointer: string,
  document: SchemaDocument,
): Target {
  if (typeof reference !== "string") {
    throw new UnsupportedSchemaError("invalid-schema", pointer, "expected a URI reference");
  }
  const { resource, fragment } = split(reference, from, pointer, document);
  if (fragment !== "" && !fragment.startsWith("/")) {
    const subschema = resource.anchors.get(fragment);
    if (!subschema) throw unresolved(pointer, reference, "no subschema has this anchor");
    return { subschema, anchor: fragment };
  }
  const tokens = fragmentTokens(fragment);
  const subschema = tokens && follow(tokens, resource, document);
  if (subschema === undefined) throw unresolved(pointer, reference, "there is no subschema at this place");
  return { subschema };
}

function split(
  reference: string,
  from: Subschema,
  pointer: string,
  document: SchemaDocument,
): { readonly resource: Resource; readonly fragment: string } {
  if (reference === "" || reference.startsWith("#")) {
    return { resource: from.resource, fragment: reference.slice(1) };
  }
  const uri = resolveUri(reference, from.resource.uri);
  if (!uri) {
    throw new UnsupportedSchemaError("invalid-schema", pointer, `${quote(reference)} is not a URI reference`);
  }
  const fragment = uri.hash.slice(1);
  uri.hash = "";
  const resource = document.resources.get(uri.href);
  if (!resource) {
    const reason = `${quote(reference)} is outside this schema, and references are never fetched; copy its target into $defs`;
    throw new UnsupportedSchemaError("external-ref", pointer, reason);
  }
  return { resource, fragment };
}

/** The subschema at a JSON Pointer, which may also stand under a keyword that is not known to hold any. */
function follow(
  tokens: string[],
  resource: Resource,
  document: SchemaDocument,
): Subschema | boolean | undefined {
  let value: JsonValue | undefined = resource.schema;
  let { pointer } = resource;
  let nearest = document.at(resource.schema);
  for (const token of tokens) {
    value = step(value, token);
    pointer = join(pointer, token);
    if (isSchemaObject(value)) nearest = document.at(value) ?? nearest;
  }
  if (typeof value === "boolean") return value;
  if (!isSchemaObject(value)) return undefined;
  if (!document.at(value)) document.add(value, pointer, nearest);
  return document.at(value);
}

/** One member or item further down, or `undefined`. */
export function step(value: JsonValue | undefined, token: string | number): JsonValue | undefined {
  if (isSchemaObject(value)) return value[token];
  if (!isArray(value) || !/^(?:0|[1-9]\d*)$/.test(String(token))) return undefined;
  return value[Number(token)];
}

function unresolved(pointer: string, reference: string, why: string): UnsupportedSchemaError {
  return new UnsupportedSchemaError("unresolved-ref", pointer, `${quote(reference)} leads nowhere: ${why}`);
}
