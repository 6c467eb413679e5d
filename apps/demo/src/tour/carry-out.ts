import { performance } from "node:perf_hooks";
import type { JsonObject } from "@towpath/mcp-core";
import type { Finding } from "./check.js";
import { differences } from "./compare.js";
import type { Row } from "./report.js";

/** A check that is not done by then counts as one that differs. */
const TIMEOUT_MS = 10_000;

/** A check where it is to take place. */
export interface Attempt {
  readonly name: string;
  /** Default: 10,000. */
  readonly timeoutMs?: number | undefined;
  readonly run: () => Promise<Finding>;
  readonly expected: () => JsonObject;
}

/** Never rejects: what goes wrong is a difference. */
export async function carryOut({ name, timeoutMs = TIMEOUT_MS, run, expected }: Attempt): Promise<Row> {
  const start = performance.now();
  try {
    const { observed, shown } = await inTime(run(), timeoutMs);
    const ms = performance.now() - start;
    return { name, shown, ms, differences: differences(expected(), observed) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, shown: "failed", ms: performance.now() - start, differences: [message] };
  }
}

async function inTime<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it was not done within ${String(timeoutMs)} ms`));
    }, timeoutMs);
  });
  return Promise.race([work, timeout]).finally(() => {
    clearTimeout(timer);
  });
}
