/**
 * The middle value; of an even number of values, the mean of the two in the middle.
 *
 * @throws RangeError when there are no values.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("The median of no values is not defined.");
  const lower = sorted.length % 2 === 1 ? upper : sorted[middle - 1];
  return lower === undefined ? upper : (lower + upper) / 2;
}

/**
 * The median of the ratios of values that were taken in the same round, so that what slows a whole round down
 * falls out. Rounds that only one of the two has are left out.
 *
 * @throws RangeError when no round has both.
 */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  const ratios = values.flatMap((value, round) => {
    const divisor = base[round];
    return divisor === undefined ? [] : [value / divisor];
  });
  return median(ratios);
}

/**
 * The smallest of these values that is not below this fraction of them: 0.99 for the one that 99 of 100 do not
 * exceed.
 *
 * @throws RangeError when there are no values.
 */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)];
  if (value === undefined) throw new RangeError("A percentile of no values is not defined.");
  return value;
}
