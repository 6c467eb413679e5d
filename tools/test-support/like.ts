import { expect } from "vitest";

/** Any text with such a part, where a value is expected. */
export function like(pattern: RegExp | string): unknown {
  return expect.stringMatching(pattern);
}
