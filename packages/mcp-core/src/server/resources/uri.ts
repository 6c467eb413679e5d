import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { describe } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { stringField } from "../../protocol/fields.js";

/** RFC 3986: a scheme, and only characters that may stand in a URI. */
const URI = /^[a-z][a-z0-9+.-]*:[a-z0-9._~:/?#[\]@!$&'()*+,;=%-]*$/i;
const LONE_PERCENT = /%(?![0-9a-f]{2})/i;

export function isUri(value: unknown): value is string {
  return typeof value === "string" && URI.test(value) && !LONE_PERCENT.test(value);
}

/** @throws TypeError for what is no URI */
export function checkUri(value: unknown): void {
  if (isUri(value)) return;
  throw new TypeError(
    `A resource's URI has a scheme, and all but ASCII letters, digits and -._~:/?#[]@!$&'()*+,;= percent-encoded (RFC 3986), as in "note://1"; ${describe(value)} is none`,
  );
}

/** @throws InvalidParamsError for what is no URI */
export function uriParam(params: JsonObject): string {
  const uri = stringField(params, "uri");
  if (isUri(uri)) return uri;
  throw new InvalidParamsError(`Invalid params: params.uri must be a URI (RFC 3986), not ${describe(uri)}`);
}
