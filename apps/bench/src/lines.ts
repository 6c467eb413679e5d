const newline = 10;

/** How many newlines there are in these bytes. */
export function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

/**
 * The complete lines in these chunks, which may be cut anywhere, without their newlines.
 *
 * @throws Error when the last line has no newline.
 */
export function completeLines(chunks: readonly Buffer[]): readonly string[] {
  const lines = Buffer.concat(chunks).toString().split("\n");
  const rest = lines.pop();
  if (rest !== "") throw new Error(`The last answer is incomplete: ${String(rest).slice(0, 100)}`);
  return lines;
}
