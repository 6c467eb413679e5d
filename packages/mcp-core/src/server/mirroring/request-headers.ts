import type { Principal, ReadonlyHeaders } from "../../contract/index.js";
import { describe } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { HeaderMismatchError } from "../../protocol/errors.js";
import type { Mirroring } from "../../extension/server.js";
import { checkHeader } from "./header-value.js";

/** What a method's params have to agree with, besides {@link Mirroring}. */
export interface MirroringMethod extends Mirroring {
  /** Checks the headers that only some params have. */
  readonly checkHeaders?: (
    params: JsonObject,
    headers: ReadonlyHeaders,
    principal: Principal | undefined,
  ) => void;
}

/**
 * The `Mcp-Method` header, which every request has to have (2026-07-28, Streamable HTTP, Standard Request
 * Headers). The Base64 form is for names and parameters alone.
 * @throws HeaderMismatchError
 */
export function checkMethodHeader(headers: ReadonlyHeaders, method: string): void {
  const header = headers.get("mcp-method");
  if (header === method || header?.trim() === method) return;
  const said = header === null ? "is missing" : `says ${describe(header)}`;
  throw new HeaderMismatchError(`The Mcp-Method header ${said}, but the body says ${describe(method)}`);
}

/**
 * The `Mcp-Name` header, and those of a method's own.
 * @throws HeaderMismatchError
 */
export function checkParamsHeaders(
  headers: ReadonlyHeaders,
  { mirroredName, checkHeaders }: MirroringMethod,
  params: JsonObject,
  principal: Principal | undefined,
): void {
  if (mirroredName !== undefined)
    checkHeader(headers.get("mcp-name"), "Mcp-Name", params[mirroredName], `params.${mirroredName}`);
  checkHeaders?.(params, headers, principal);
}
