/** Gives an integer from 0 to below `bound`. */
export type Pick = (bound: number) => number;

/** Numbers that look random, and are the same for the same seed: a linear congruence whose high bits are mixed. */
export function seededPick(seed: number): Pick {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    return Math.floor((mixed / 2 ** 32) * bound);
  };
}
