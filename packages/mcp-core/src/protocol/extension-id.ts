const LABEL = "[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const ID = new RegExp(`^${LABEL}(?:\\.${LABEL})*/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`);

/**
 * An extension is known by a reversed domain and a name, as in `com.example/thing` (Base Protocol, General
 * Fields, `_meta`; Versioning, Extension Negotiation).
 * @throws TypeError for any other id
 */
export function checkExtensionId(id: unknown): void {
  if (typeof id === "string" && ID.test(id)) return;
  throw new TypeError(`An extension's id must be like com.example/name, not ${JSON.stringify(id)}`);
}
