import type { Contender } from "./implementations.js";
import { raw } from "./implementations.js";
import { medianRatio } from "./statistics.js";

const keyOf = ({ implementation, era }: Contender): string => `${implementation.id} ${era}`;

/** The values that were measured, by contender and round. */
export class Samples {
  readonly #values = new Map<string, number[]>();
  readonly #failures = new Map<string, string>();

  add(contender: Contender, value: number): void {
    const values = this.#values.get(keyOf(contender));
    if (values === undefined) this.#values.set(keyOf(contender), [value]);
    else values.push(value);
  }

  /** Marks a contender that could not be measured. */
  fail(contender: Contender, reason: string): void {
    this.#failures.set(keyOf(contender), reason);
  }

  failureOf(contender: Contender): string | undefined {
    return this.#failures.get(keyOf(contender));
  }

  /** Takes over the failures of samples that were taken in the same rounds. */
  failLike(other: Samples): void {
    for (const [key, reason] of other.#failures) this.#failures.set(key, reason);
  }

  of(contender: Contender): readonly number[] {
    return this.#values.get(keyOf(contender)) ?? [];
  }

  /** The median ratio to raw in the same era and round; `undefined` where there is nothing to compare. */
  ratioToRaw(contender: Contender): number | undefined {
    const values = this.of(contender);
    const base = this.of({ implementation: raw, era: contender.era });
    return values.length === 0 || base.length === 0 ? undefined : medianRatio(values, base);
  }
}

/** The message of an error on one line, short enough for a table. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").slice(0, 160);
}

/**
 * Takes one sample of each contender per round, every other round in reverse order, so that what changes on the
 * machine in the meantime touches all of them. A contender that fails is reported and left out from then on.
 *
 * @param take measures once; `undefined` where one round was enough.
 */
export async function alternate<C extends Contender>(
  contenders: readonly C[],
  rounds: number,
  take: (contender: C, round: number) => Promise<number | undefined>,
): Promise<Samples> {
  const samples = new Samples();
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      if (samples.failureOf(contender) !== undefined) continue;
      try {
        const value = await take(contender, round);
        if (value !== undefined) samples.add(contender, value);
      } catch (error) {
        samples.fail(contender, reasonOf(error));
      }
    }
  }
  return samples;
}
