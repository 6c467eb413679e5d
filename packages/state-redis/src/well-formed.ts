import { InvalidArgumentError } from "@towpath/mcp-core/state";

interface Checked {
  isWellFormed(): boolean;
}

/**
 * Gives the text back. Throws `InvalidArgumentError` for one with half of a surrogate pair, which UTF-8 cannot say:
 * on their way to Redis all such halves become the same character.
 */
export function wellFormed(what: string, text: string): string {
  // Node 20 has the method, which the library of types does not know yet.
  if ((text as unknown as Checked).isWellFormed()) return text;
  throw new InvalidArgumentError(
    `${what} must be a well-formed string: this one has half of a surrogate pair.`,
  );
}
