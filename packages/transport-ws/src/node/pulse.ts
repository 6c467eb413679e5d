import type { Deadlines, Timed } from "@towpath/mcp-core/http";

/** Periods in which nothing came, after which a peer is taken for dead. */
const SILENT_PERIODS = 2;

/** Pings a peer in every period, and finds out that it is dead. Its timer is the one of all that share `periods`. */
export class Pulse implements Timed {
  place: Timed["place"];
  readonly #periods: Deadlines;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #heard = true;
  #silent = 0;

  constructor(periods: Deadlines, ping: () => void, dead: () => void) {
    this.#periods = periods;
    this.#ping = ping;
    this.#dead = dead;
    periods.add(this);
  }

  /** Something came, whatever it was: also a part of a message that takes long to arrive whole. */
  beat(): void {
    this.#heard = true;
  }

  overdue(): void {
    this.#silent = this.#heard ? 0 : this.#silent + 1;
    this.#heard = false;
    if (this.#silent >= SILENT_PERIODS) {
      this.#dead();
      return;
    }
    this.#periods.add(this);
    this.#ping();
  }

  stop(): void {
    this.#periods.delete(this);
  }
}
