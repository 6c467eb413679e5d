/** Appends one member name or index to a JSON Pointer (RFC 6901, section 3). */
export function join(pointer: string, token: string | number): string {
  return `${pointer}/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/**
 * The tokens of a JSON Pointer in a URI fragment (RFC 6901, section 6), or `undefined` where the percent
 * encoding is broken.
 */
export function fragmentTokens(fragment: string): string[] | undefined {
  try {
    const pointer = decodeURIComponent(fragment);
    return pointer
      .split("/")
      .slice(1)
      .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return undefined;
  }
}
