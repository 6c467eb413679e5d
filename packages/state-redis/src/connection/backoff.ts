const FIRST_MS = 50;

/** Milliseconds before the next attempt after `failed` ones: doubled each time up to `maxMs`, and spread by half. */
export function backoff(failed: number, maxMs: number): number {
  const longest = Math.min(maxMs, FIRST_MS * 2 ** Math.min(failed, 30));
  return longest * (0.5 + Math.random() / 2);
}
