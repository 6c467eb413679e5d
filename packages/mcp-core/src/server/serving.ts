import type { Listener } from "../contract/index.js";
import { atMost } from "../protocol/at-most.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { GracePeriod } from "./grace-period.js";
import { DRAIN_MS, type Running } from "./run.js";

/** How long what was accepted may go on once its only client has left and asks for an end as well, in ms. */
const HURRIED_MS = 500;

/** How long a drain waits for what is put in order at the end, in ms, and one that has no time to spare. */
const [IN_ORDER_MS, HURRIED_IN_ORDER_MS] = [2_000, 100];

export interface Served {
  readonly clock: Clock;
  /** Whether others may ask for what was begun here. */
  readonly isShared: boolean;
  /** Puts in order what was begun here, which may go on until the signal is aborted. Never rejects. */
  readonly leave: (until: AbortSignal) => Promise<void>;
}

/** A server from the start of its listeners until what it accepted from them has ended. */
export function serving(listeners: readonly Listener[], { clock, isShared, leave }: Served): Running {
  const grace = new GracePeriod(clock);
  let drained: { readonly timeoutMs?: number } | undefined;
  let abandoned = false;
  const abandon = ({ timeoutMs = HURRIED_MS } = drained ?? { timeoutMs: DRAIN_MS }): void => {
    abandoned = true;
    grace.endWithin(isShared ? timeoutMs : 0);
  };
  const closed = Promise.all(listeners.map((listener) => listener.closed)).then(async () => {
    if (drained === undefined || listeners.every(({ hasLeft }) => hasLeft === true)) abandon();
    await leave(grace.over);
    grace.stop();
  });
  const delays = listeners.map(({ drainDelayMs = 0 }) => drainDelayMs);
  const drain: Running["drain"] = async (options) => {
    drained ??= options ?? {};
    const { timeoutMs = DRAIN_MS } = options ?? {};
    if (abandoned) abandon();
    else grace.endWithin(timeoutMs === 0 ? 0 : timeoutMs + Math.max(...delays));
    await Promise.all(listeners.map((listener) => listener.drain(options)));
    const inOrderMs = timeoutMs === 0 ? HURRIED_IN_ORDER_MS : IN_ORDER_MS;
    await atMost(systemClock, grace.leftMs + inOrderMs, closed);
  };
  return { urls: listeners.flatMap(({ urls = [] }) => urls), closed, drain };
}
