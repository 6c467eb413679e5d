import { asJsonObject } from "../jsonrpc/as-json.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { has, type Feature, type Revision } from "../protocol/revisions.js";

/** Fields of a definition, in the order they are listed, and what a revision must know for each. */
export type Fields = Readonly<Record<string, Feature | undefined>>;

/** What every definition may have. */
export const DESCRIBED = {
  description: undefined,
  title: "title",
  icons: "icons",
  _meta: "definitionMeta",
} as const satisfies Fields;

/** The fields that are there, and that the revision knows. */
export function fittedFields(definition: object, fields: Fields, revision: Revision): JsonObject {
  const given = asJsonObject(definition);
  const known = Object.entries(fields).filter(
    ([name, since]) => given[name] !== undefined && (since === undefined || has(revision, since)),
  );
  return Object.fromEntries(known.map(([name]) => [name, given[name]]));
}
