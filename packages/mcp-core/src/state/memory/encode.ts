import type { JsonValue } from "../../jsonrpc/messages.js";
import { InvalidArgumentError } from "../errors.js";

// JSON.stringify gives undefined for what JSON cannot say; its declared type leaves that out.
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** The value as JSON text. Throws `InvalidArgumentError` if it is not JSON. */
export function encode(value: JsonValue): string {
  let text: string | undefined;
  try {
    text = stringify(value);
  } catch (cause) {
    throw new InvalidArgumentError("The value cannot be stored: it is not JSON.", { cause });
  }
  if (text === undefined)
    throw new InvalidArgumentError(`A ${typeof value} cannot be stored: it is not JSON.`);
  return text;
}

/** A fresh copy of what `encode` was given. */
export function decode(text: string): JsonValue {
  // Only text made by `encode` gets here.
  return JSON.parse(text) as JsonValue;
}

/** Bytes of a well-formed text in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // Half of a surrogate pair is 2 of the pair's 4 bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Throws `InvalidArgumentError` unless `value` is greater than 0; `Infinity` is. */
export function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new InvalidArgumentError(`${name} must be greater than 0, not ${String(value)}.`);
}
