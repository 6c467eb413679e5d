import type { JsonObject } from "../../jsonrpc/messages.js";
import { has, type Revision } from "../../protocol/revisions.js";
import { DESCRIBED, fittedFields, type Fields } from "../fitting.js";
import { isObject } from "../../jsonrpc/guards.js";

const FIELDS: Fields = { ...DESCRIBED, mimeType: undefined, annotations: undefined, size: undefined };

/** A resource or template as a list shows it to a client of this revision. */
export function describeResource(
  definition: { readonly name?: string },
  as: "uri" | "uriTemplate",
  key: string,
  revision: Revision,
): JsonObject {
  const described = fittedFields(definition, FIELDS, revision);
  const { annotations } = described;
  return {
    [as]: key,
    name: definition.name ?? key,
    ...described,
    ...(isObject(annotations) && { annotations: fittedAnnotations(annotations, revision) }),
  };
}

function fittedAnnotations({ lastModified, ...annotations }: JsonObject, revision: Revision): JsonObject {
  const known = lastModified !== undefined && has(revision, "lastModified");
  return known ? { ...annotations, lastModified } : annotations;
}
