import { StateUnavailableError, type State } from "@towpath/mcp-core/state";
import { onTestFinished, vi } from "vitest";
import { redisState, type RedisLocation, type RedisStateOptions } from "../../src/index.js";

export const LONG = { ttlMs: 60_000 };

/** A state until the test has ended, and what it reported. */
export function open(location: RedisLocation, options: RedisStateOptions = {}) {
  const errors: unknown[] = [];
  const state = redisState(location, {
    commandTimeoutMs: 2000,
    maxReconnectDelayMs: 100,
    onError: (error) => void errors.push(error),
    ...options,
  });
  onTestFinished(() => state.close());
  return { state, errors };
}

/** Waits until the state says that it is, or is not, available. */
export async function availability(state: State, available: boolean): Promise<void> {
  await vi.waitUntil(() => state.available === available, { timeout: 30_000, interval: 5 });
}

/** What the promise rejects with, if that says that Redis is away. */
export async function unavailable(promise: Promise<unknown>): Promise<StateUnavailableError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StateUnavailableError) return error;
  throw new Error("It should have been unavailable.", { cause: error });
}
