import type { JsonValue } from "../jsonrpc/messages.js";
import { InvalidArgumentError } from "./errors.js";

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

const MAX_ABOUT = 65_536;

/** Throws `InvalidArgumentError` for what is too long to be kept of a log. */
export function checkAbout(about: string | undefined): string | undefined {
  if (about === undefined || about.length <= MAX_ABOUT) return about;
  throw new InvalidArgumentError(
    `about may have ${String(MAX_ABOUT)} characters, not ${String(about.length)}.`,
  );
}

/** How many ids a page of `list` is to hold. Throws `InvalidArgumentError` for more than there may be. */
export function checkPageSize(limit = 100): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new InvalidArgumentError(`limit must be an integer from 1 to 1000, not ${String(limit)}.`);
}

/** Throws `InvalidArgumentError` unless `value` is greater than 0; `Infinity` is. */
export function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new InvalidArgumentError(`${name} must be greater than 0, not ${String(value)}.`);
}
