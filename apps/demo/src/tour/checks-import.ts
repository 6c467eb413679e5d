import type { JsonObject, JsonValue, McpClient, Progress } from "@towpath/mcp-core";
import type { Check } from "./check.js";

const IMPORTED = 250;
/** The number of the last note that earlier checks have added. */
const LAST_ID = 3;
/** At this rate, and with so many, an import that is not cancelled takes far longer than one that is. */
const SLOW = { count: 5000, perSecond: 500 };

export const importChecks: readonly Check[] = [
  {
    name: "progress",
    run: async ({ client }) => {
      const reports: Progress[] = [];
      const { structuredContent = null } = await client.callTool(
        "import_notes",
        { notes: drafts("Imported", IMPORTED) },
        { onProgress: (progress) => reports.push(progress) },
      );
      const steps = reports.map(({ progress, total = null }) => [progress, total]);
      return {
        observed: { structuredContent, steps },
        shown: `import_notes → ${steps.map((step) => step.join("/")).join(", ")}`,
      };
    },
    expected: () => ({
      structuredContent: { imported: IMPORTED, lastId: LAST_ID + IMPORTED },
      steps: [100, 200, IMPORTED].map((done) => [done, IMPORTED]),
    }),
  },
  {
    name: "cancellation",
    run: async ({ client }) => {
      const controller = new AbortController();
      let reported = 0;
      const onProgress = ({ progress }: Progress): void => {
        reported = progress;
        controller.abort(new Error("changed my mind"));
      };
      const { count, perSecond } = SLOW;
      const outcome = await client
        .callTool(
          "import_notes",
          { notes: drafts("Cancelled", count), perSecond },
          { signal: controller.signal, onProgress },
        )
        .then(
          () => "it was imported to its end",
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
      const kept = await titlesOf(client, "Cancelled");
      return {
        observed: {
          outcome,
          stoppedEarly: kept.length < count,
          keptWhatWasReported: kept.length >= reported && reported > 0,
          inOrder: kept.every((title, index) => title === `Cancelled ${String(index + 1)}`),
        },
        shown: `given up at ${String(reported)} of ${String(count)} → ${String(kept.length)} kept, in order`,
      };
    },
    expected: () => ({
      outcome: "changed my mind",
      stoppedEarly: true,
      keptWhatWasReported: true,
      inOrder: true,
    }),
  },
];

function drafts(title: string, count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => ({ title: `${title} ${String(index + 1)}` }));
}

async function titlesOf(client: McpClient, query: string): Promise<readonly JsonValue[]> {
  const { structuredContent } = await client.callTool("search_notes", { query, limit: 1000 });
  // The server's output schema says so.
  const { notes } = structuredContent as { readonly notes: readonly { readonly title: string }[] };
  return notes.map(({ title }) => title);
}
