/** What senders wait for together. */
export interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** If nobody waits for it, its failure is nobody's concern. */
export function waiting(): Waiting {
  let resolve = (): void => undefined;
  let reject = (_error: Error): void => undefined;
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** Rejects for those who look, and troubles nobody else: a peer that is gone shows elsewhere too. */
export function rejected(error: Error): Promise<void> {
  const promise: Promise<never> = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}
