import { z } from "zod";

/** How often a call that takes its time tells of its progress, in ms. */
export const PROGRESS_MS = 100;

export const numbered = z.object({ call: z.string().max(100) });
export const timed = numbered.extend({ ms: z.number().min(0).max(60_000) });
export const sized = numbered.extend({ characters: z.int().min(0).max(10_000_000) });
