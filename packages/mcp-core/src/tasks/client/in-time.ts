import type { ClientCall, ClientExtensionHost } from "../../extension/client.js";
import { RequestTimeoutError } from "../../protocol/client-errors.js";
import { following } from "./following.js";

/**
 * Does a part of a call, with a signal that is aborted when the call is given up, takes too long in all, or the client is
 * closed.
 */
export async function inTime<T>(
  host: ClientExtensionHost,
  { method, options: { signal }, limits, startedAt }: ClientCall,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { stop, leave } = following(signal, host.closing);
  const { maxTotalTimeoutMs } = limits;
  const timer = host.clock.schedule(startedAt + maxTotalTimeoutMs - host.clock.now(), () => {
    stop.abort(new RequestTimeoutError(method, maxTotalTimeoutMs, "total"));
  });
  try {
    return await action(stop.signal);
  } finally {
    timer.cancel();
    leave();
  }
}
