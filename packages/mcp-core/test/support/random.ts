/** Numbers from 0 to below 1, the same for the same seed (xorshift). */
export function random(seed: number): () => number {
  let state = seed * 2_654_435_761 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A copy in random order. */
export function shuffled<T>(list: readonly T[], next: () => number): T[] {
  return list
    .map((item) => [next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
