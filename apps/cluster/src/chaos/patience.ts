/** How long a client waits for a sign of life of a call, in ms: longer than nodes take to find out that one is gone. */
export const CALL_TIMEOUT_MS = 45_000;

/** How long a call may take in all, in ms. */
export const TOTAL_TIMEOUT_MS = 60_000;
