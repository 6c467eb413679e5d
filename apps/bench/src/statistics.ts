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
