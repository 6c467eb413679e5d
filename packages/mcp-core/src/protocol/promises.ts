/** A value, or a promise of it: what needs no waiting costs none. */
export type MaybePromise<T> = T | Promise<T>;

/** Any thenable counts: handlers may come with promises of their own kind. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** The value, once something else is done. */
export function afterwards<T>(done: MaybePromise<void>, value: T): MaybePromise<T> {
  return isPromise(done) ? done.then(() => value) : value;
}

/** Runs code of the author's from where it must not stop the work: what it throws shows as uncaught. */
export function isolate(action: () => void): void {
  try {
    action();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

const ignore = (): void => undefined;

/** Starts something whose failure shows elsewhere: a send to a peer that is gone ends with its link. */
export function fireAndForget(action: () => MaybePromise<unknown>): void {
  try {
    const outcome = action();
    if (isPromise(outcome)) outcome.then(ignore, ignore);
  } catch {
    // shown elsewhere, as for a rejection
  }
}

/** The same promise; if nobody waits for it, its failure is nobody's concern. */
export function unwatched<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}
