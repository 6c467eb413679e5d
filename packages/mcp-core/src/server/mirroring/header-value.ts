import { describe } from "../../jsonrpc/guards.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import { HeaderMismatchError } from "../../protocol/errors.js";
import { decodeMirroredValue, isMirrorable, isMirrorOf } from "../../protocol/mirrored-values.js";

/**
 * Checks that a header says what the body says: the same value, or none where the body has none, which `null`
 * counts as (2026-07-28, Streamable HTTP, Server Validation). A header without a value to go with it is refused
 * too: whoever routed the request by it was told something that the body does not say.
 * @param header what the header says; `null` where it is not there
 * @param name the header's, as a message has it
 * @param where the value's place in the body, as in `params.name`
 * @throws HeaderMismatchError
 */
export function checkHeader(
  header: string | null,
  name: string,
  value: JsonValue | undefined,
  where: string,
): void {
  if (value === undefined || value === null) {
    if (header === null) return;
    throw new HeaderMismatchError(`The ${name} header is there, but ${where} is ${describe(value)}`);
  }
  if (!isMirrorable(value))
    throw new HeaderMismatchError(`${where} is ${describe(value)}, which no ${name} header can repeat`);
  if (header === null)
    throw new HeaderMismatchError(`The ${name} header is missing, but ${where} is ${describe(value)}`);
  const said = decodeMirroredValue(header);
  if (said === undefined)
    throw new HeaderMismatchError(
      `The ${name} header is malformed: ${describe(header)} has characters that no header may have, or base64 that is not valid`,
    );
  if (isMirrorOf(said, value)) return;
  throw new HeaderMismatchError(
    `The ${name} header says ${describe(said)}, but ${where} is ${describe(value)}`,
  );
}
