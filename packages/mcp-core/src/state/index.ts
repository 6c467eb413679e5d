/** What it takes to keep a state elsewhere: the contract, its errors, and what every implementation checks. */
export type * from "./contract.js";
export * from "./errors.js";
export { DEFAULT_LOG_BOUNDS, logBounds, type FilledLogBounds } from "./log-bounds.js";
export { memoryState, type MemoryStateOptions } from "./memory/memory-state.js";
export { scopedState } from "./scoped.js";
export { byteLength, checkAbout, checkPageSize, decode, encode, positive } from "./values.js";
