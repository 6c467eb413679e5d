const encoder = new TextEncoder();

/** SHA-256 of a text, in hexadecimal. */
export async function digest(text: string): Promise<string> {
  // Half of a surrogate pair, which UTF-8 has not, is escaped in JSON.
  const encoded = encoder.encode(JSON.stringify(text));
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", encoded));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
