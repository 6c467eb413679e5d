import type { McpClient } from "@towpath/mcp-core";
import type { Traffic } from "@towpath/mcp-core/testing";

const PER_SECOND = 10;

/** A call that reports each note, ten a second. */
export interface Importing {
  /** Settles with the first report, or when it is over. */
  readonly begun: Promise<unknown>;
  /** Settles with its result, or with what it has failed with. */
  readonly outcome: Promise<unknown>;
}

export function importNotes(client: McpClient, title: string, count: number): Importing {
  const notes = Array.from({ length: count }, (_, index) => ({ title: `${title} ${String(index + 1)}` }));
  let reported: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (reported = resolve));
  const outcome = client
    .callTool("import_notes", { notes, perSecond: PER_SECOND }, { onProgress: () => reported() })
    .then(
      ({ structuredContent }) => structuredContent,
      (error: unknown) => error,
    );
  return { begun: Promise.race([first, outcome]), outcome };
}

/** All that was reported, as it came over the wire. */
export function reportsIn(traffic: Traffic): readonly number[] {
  return traffic
    .of("notifications/progress")
    .map((message) => Number("params" in message && message.params["progress"]));
}

/** All that is reported of so many notes, each once and in order. */
export function reportsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** How many were imported, or what went wrong, in a few words. */
export function outcomeOf(outcome: unknown): string {
  if (outcome instanceof Error) return outcome.name;
  // What the tool returns is an object.
  return `${String((outcome as { readonly imported?: number } | undefined)?.imported)} imported`;
}
