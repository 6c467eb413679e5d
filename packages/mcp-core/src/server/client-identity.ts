import { InvalidParamsError } from "../jsonrpc/errors.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { implementationField, objectField } from "../protocol/fields.js";
import type { ClientCapabilities, Implementation } from "../protocol/types.js";

/** Bytes of JSON that name and capabilities of a client may have together, as they are kept with its session. */
const MAX_IDENTITY_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** What a client says of itself. */
export interface ClientIdentity {
  readonly clientInfo: Implementation;
  readonly capabilities: ClientCapabilities;
}

/**
 * Reads the params of `initialize`, of which what is no part of an `Implementation` is left out.
 * @throws InvalidParamsError for what is missing, of another type, or too long to be kept
 */
export function clientIdentity(params: JsonObject): ClientIdentity {
  const capabilities = objectField(params, "capabilities");
  const clientInfo = known(implementationField(params, "clientInfo"));
  const identity = { clientInfo, capabilities };
  const bytes = encoder.encode(JSON.stringify(identity)).length;
  if (bytes > MAX_IDENTITY_BYTES)
    throw new InvalidParamsError(
      `Invalid params: params.clientInfo and params.capabilities may have ${String(MAX_IDENTITY_BYTES)} bytes of JSON together, not ${String(bytes)}`,
    );
  return identity;
}

function known({ name, version, title, description, websiteUrl, icons }: Implementation): Implementation {
  return {
    name,
    version,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(websiteUrl !== undefined && { websiteUrl }),
    ...(icons !== undefined && { icons }),
  };
}
