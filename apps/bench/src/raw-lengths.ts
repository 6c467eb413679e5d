import { type Contender, type Era, raw, towpath } from "./implementations.js";

/** Keeps raw honest: it has to send as many bytes as Towpath does in the same era. */
export class AnswerLengths {
  readonly #raw = new Map<Era, number>();

  /** @throws Error when it does not; raw is to be checked first. */
  check({ implementation, era }: Contender, answer: string): void {
    if (implementation === raw) this.#raw.set(era, answer.length);
    const expected = this.#raw.get(era);
    if (towpath.includes(implementation) && answer.length !== expected) {
      throw new Error(`raw answers with ${expected ?? "no"} bytes, Towpath with ${answer.length}: ${answer}`);
    }
  }
}
