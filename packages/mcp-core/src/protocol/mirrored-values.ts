import { decodeBase64, encodeBase64 } from "./base64.js";

/*
 * Values of a body as headers repeat them (2026-07-28, Streamable HTTP, Value Encoding), for both sides: the
 * client of HTTP encodes, the server decodes and compares.
 */

const PREFIX = "=?base64?";
const SUFFIX = "?=";
const WRAPPED = /^=\?base64\?(.*)\?=$/;
/** What may be in the value of a header at all (RFC 9110, section 5.5, without `obs-text`). */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
const PRINTABLE = /^[\x20-\x7e]*$/;
/** `atob` would let through what has no padding, or blanks in it. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const WHOLE_NUMBER = /^-?\d+(?:\.0*)?$/;

/** A value that a header can repeat. */
export type Mirrorable = string | number | boolean;

/** Numbers only as far as they are exact: others differ in the body and still read the same. */
export function isMirrorable(value: unknown): value is Mirrorable {
  return typeof value === "number"
    ? Math.abs(value) <= Number.MAX_SAFE_INTEGER
    : typeof value === "string" || typeof value === "boolean";
}

/**
 * The value of a header that repeats a value of the body.
 * @throws TypeError when a number is not exact, or a string is no valid Unicode
 */
export function encodeMirroredValue(value: Mirrorable): string {
  if (!isMirrorable(value)) throw new TypeError(`No header can repeat ${String(value)}: it is not exact`);
  const text = String(value);
  const wrapped = text.startsWith(PREFIX) && text.endsWith(SUFFIX);
  if (PRINTABLE.test(text) && text.trim() === text && !wrapped) return text;
  if (LONE_SURROGATE.test(text))
    throw new TypeError("No header can repeat a string with a lone surrogate: UTF-8 cannot express it");
  return PREFIX + encodeBase64(new TextEncoder().encode(text)) + SUFFIX;
}

/** What a header says, without the whitespace around it; `undefined` when it is malformed. */
export function decodeMirroredValue(header: string): string | undefined {
  if (!FIELD_VALUE.test(header)) return undefined;
  const text = header.trim();
  const encoded = text.startsWith(PREFIX) ? WRAPPED.exec(text)?.[1] : undefined;
  return encoded === undefined ? text : decoded(encoded);
}

/** Whether what a header says, decoded, is a value of the body; numbers are compared as such. */
export function isMirrorOf(said: string, value: Mirrorable): boolean {
  if (said === String(value)) return true;
  return typeof value === "number" && WHOLE_NUMBER.test(said) && Number(said) === value;
}

function decoded(base64: string): string | undefined {
  if (!BASE64.test(base64)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decodeBase64(base64));
  } catch {
    return undefined;
  }
}
