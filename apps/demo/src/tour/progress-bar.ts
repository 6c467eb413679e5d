const [DONE, LEFT] = ["█", "░"];

/** A bar of so many characters, drawn as far as something has come. */
export function progressBar(done: number, total: number, width: number): string {
  const drawn = total > 0 ? Math.round((Math.min(Math.max(done, 0), total) / total) * width) : 0;
  return DONE.repeat(drawn) + LEFT.repeat(width - drawn);
}
