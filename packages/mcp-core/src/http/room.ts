/** What writers wait for together while there is no room. */
export interface Room {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

export function room(): Room {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
