const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** A moment of the day, to the millisecond. */
export function timeOf(at: number): string {
  return clock.format(at);
}

/** How long something took. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

export function bytesOf(count: number): string {
  if (count < 1000) return `${String(count)} bytes`;
  return count < 1e6 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** What went wrong, as it is shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The name of the kind of error, where it says more than that it is one. */
export function kindOf(error: unknown): string {
  return error instanceof Error && error.name !== "Error" ? error.name : "Something went wrong";
}
