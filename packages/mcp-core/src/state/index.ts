export type * from "./contract.js";
export * from "./errors.js";
export { memoryState, type MemoryStateOptions } from "./memory/memory-state.js";
