import { InvalidArgumentError } from "../errors.js";
import type { AddOptions, AddOutcome } from "../records.js";
import { positive } from "../values.js";
import { Perishable } from "./expiry.js";
import type { Host } from "./host.js";

class Counter extends Perishable {
  value = 0;
  readonly name: string;
  readonly #owner: Counters;

  constructor(name: string, owner: Counters) {
    super();
    this.name = name;
    this.#owner = owner;
  }

  lapse(): void {
    this.#owner.drop(this);
  }
}

export class Counters {
  readonly #host: Host;
  readonly #counters = new Map<string, Counter>();

  constructor(host: Host) {
    this.#host = host;
  }

  add(name: string, by: number, { ttlMs, renew, max = Infinity }: AddOptions): AddOutcome {
    const expiresAt = this.#host.enter() + positive("ttlMs", ttlMs);
    if (!Number.isSafeInteger(by))
      throw new InvalidArgumentError(`by must be an integer, not ${String(by)}.`);
    if (!(max >= 0)) throw new InvalidArgumentError(`max must be at least 0, not ${String(max)}.`);
    const known = this.#counters.get(name);
    const before = known?.value ?? 0;
    const value = Math.max(0, before + by);
    if (by > 0 && value > Math.min(max, Number.MAX_SAFE_INTEGER)) return { accepted: false, value: before };
    this.#store(name, known, value, renew === true || known === undefined ? expiresAt : known.expiresAt);
    return { accepted: true, value };
  }

  drop(counter: Counter): void {
    this.#counters.delete(counter.name);
  }

  clear(): void {
    this.#counters.clear();
  }

  #store(name: string, known: Counter | undefined, value: number, expiresAt: number): void {
    if (value === 0) {
      if (known === undefined) return;
      this.#host.expiry.forget(known);
      this.drop(known);
      return;
    }
    if (known === undefined) this.#host.check("maxCounters", this.#counters.size + 1);
    const counter = known ?? new Counter(name, this);
    counter.value = value;
    this.#counters.set(name, counter);
    this.#host.expiry.watch(counter, expiresAt);
  }
}
