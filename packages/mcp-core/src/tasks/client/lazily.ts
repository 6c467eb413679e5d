/** A part that is loaded when it is first needed. */
export interface Lazy<Part> {
  /** `undefined` before it was needed. */
  readonly loaded: Part | undefined;
  /** Loads it once; after a failure the next one who needs it tries again. */
  load(): Promise<Part>;
}

export function lazily<Part>(make: () => Promise<Part>): Lazy<Part> {
  let loading: Promise<Part> | undefined;
  let loaded: Part | undefined;
  return {
    get loaded() {
      return loaded;
    },
    load: () => {
      loading ??= make().then(
        (part) => (loaded = part),
        (error: unknown) => {
          loading = undefined;
          throw error;
        },
      );
      return loading;
    },
  };
}
