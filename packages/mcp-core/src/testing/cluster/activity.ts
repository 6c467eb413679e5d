/** Turns of the event loop in a row in which nothing happened before all that was about to happen counts as done. */
const QUIET_TURNS = 2;

/** Turns to wait for what cannot be seen, such as a module that is being loaded. */
const PATIENT_TURNS = 100;

/** Counts what happens, so that whoever lets time pass can tell when nothing does any more. */
export class Activity {
  #count = 0;

  readonly note = (): void => void (this.#count += 1);

  /** Settles when all that was about to happen at once has happened, as far as it can be seen. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.#count;
      await turn();
      if (this.#count !== before) quiet = -1;
    }
  }

  /** Waits for what cannot be seen, but not for ever. */
  async patience(isDone: () => boolean): Promise<void> {
    for (let waited = 0; waited < PATIENT_TURNS && !isDone(); waited++) await turn();
  }
}

/** One turn, with what has been done meanwhile outside of this thread, as encryption is. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}
