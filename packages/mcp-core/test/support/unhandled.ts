import { settled } from "./link.js";

/** Runs something, and gives back every rejection that nobody handled meanwhile. */
export async function unhandledDuring(action: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    await action();
    await settled();
    await settled();
  } finally {
    process.off("unhandledRejection", note);
  }
  return unhandled;
}
