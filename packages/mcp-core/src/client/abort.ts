/** The same promise, unless the signal is aborted first: then it rejects with the reason. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      // What a signal is aborted with is its owner's choice, an error or not.
      reject(signal.reason as Error);
    };
    const done = (): void => {
      signal.removeEventListener("abort", abort);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.finally(done).then(resolve, reject);
  });
}
