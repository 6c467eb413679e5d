import { onAbort } from "../../protocol/abort.js";

export interface Following {
  /** Aborted when one of the signals is, with its reason. */
  readonly stop: AbortController;
  readonly leave: () => void;
}

/** A controller of one's own that follows signals. */
export function following(...signals: readonly (AbortSignal | undefined)[]): Following {
  const stop = new AbortController();
  const unfollow = signals.map((signal) => {
    if (signal === undefined) return undefined;
    const abort = (): void => {
      stop.abort(signal.reason);
    };
    if (signal.aborted) abort();
    return onAbort(signal, abort);
  });
  return {
    stop,
    leave: () => {
      for (const each of unfollow) each?.();
    },
  };
}
