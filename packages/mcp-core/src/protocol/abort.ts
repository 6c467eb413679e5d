const followed = new WeakMap<AbortSignal, Followers>();

/** Calls back when a signal is aborted, from now on; returns the way to stop that. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const followers = followed.get(signal) ?? new Followers(signal);
  followers.actions.add(action);
  return () => {
    if (followers.actions.delete(action) && followers.actions.size === 0) followers.leave();
  };
}

/** All that follow one signal, behind one listener: runtimes take many for a leak, and warn. */
class Followers {
  readonly actions = new Set<() => void>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    followed.set(signal, this);
    signal.addEventListener("abort", this);
  }

  handleEvent(): void {
    for (const action of this.actions) action();
  }

  leave(): void {
    followed.delete(this.#signal);
    this.#signal.removeEventListener("abort", this);
  }
}

/** The same promise, unless the signal is aborted first: then it rejects with the reason. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      // What a signal is aborted with is its owner's choice, an error or not.
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    const stop = onAbort(signal, abort);
    promise.finally(stop).then(resolve, reject);
  });
}
