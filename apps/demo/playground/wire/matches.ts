import type { WireEntry } from "./wire.js";

export interface WireFilter {
  /** Found in the method or anywhere in the message, in any case. */
  readonly text: string;
  readonly direction: "both" | "out" | "in";
}

/** Whether an entry is shown. */
export function matches(entry: WireEntry, { text, direction }: WireFilter): boolean {
  const wanted = text.trim().toLowerCase();
  if (entry.kind === "note")
    return direction === "both" && (wanted === "" || entry.text.toLowerCase().includes(wanted));
  if (direction !== "both" && entry.direction !== direction) return false;
  if (wanted === "" || entry.method.toLowerCase().includes(wanted)) return true;
  return JSON.stringify(entry.message).toLowerCase().includes(wanted);
}
