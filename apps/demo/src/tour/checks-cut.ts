import { ConnectionLostError, McpClient } from "@towpath/mcp-core";
import { recordTraffic, Traffic } from "@towpath/mcp-core/testing";
import type { Check } from "./check.js";
import { CuttingProxy } from "./cutting-proxy.js";
import { listening, listeningNames } from "./listening.js";
import { numberIn } from "./results.js";
import { eraOptions } from "./stage.js";

const NOTIFICATION = "notifications/progress";
const STEPS = [100, 200, 300, 400, 500];
const IMPORTED = 500;
/** Two have come whole by then, and the third one to its middle. */
const CUT = { text: NOTIFICATION, occurrence: 3 };
const notes = Array.from({ length: IMPORTED }, (_, index) => ({ title: `Cut off ${String(index + 1)}` }));

export const cutChecks: readonly Check[] = [
  {
    name: "cut stream",
    over: listeningNames,
    run: async ({ era, transport, notebook }) => {
      const name = listeningNames.find((each) => each === transport);
      if (name === undefined) throw new Error(`Nothing of ${transport} can be cut`);
      const proxy = await CuttingProxy.start(await notebook.url(name), CUT);
      const traffic = new Traffic();
      const client = await McpClient.connect(
        recordTraffic(listening[name](proxy.url), traffic),
        eraOptions[era],
      );
      try {
        const outcome = await importThrough(client);
        const steps = progressIn(traffic);
        const resumed = proxy.sent.split(/last-event-id:/i).length - 1;
        const calls = traffic.of("tools/call").length;
        const next = numberIn(await client.callTool("search_notes", { query: "caen hill" }), "total");
        return {
          observed: { cuts: proxy.cuts, calls, resumed, steps, outcome, next },
          shown: `cut in report ${String(CUT.occurrence)}: ${steps.join(", ")} → ${outcome}, ${resumed > 0 ? "resumed" : "as nothing resumes"}`,
        };
      } finally {
        await client.close();
        await proxy.close();
      }
    },
    // Only Streamable HTTP has a way back to a stream, and only in the handshake era: in 2026-07-28 the call is lost.
    expected: (era, transport) => ({
      cuts: 1,
      calls: 1,
      ...(era === "handshake" && transport === "streamable-http"
        ? { resumed: 1, steps: STEPS, outcome: `${String(IMPORTED)} imported` }
        : { resumed: 0, steps: STEPS.slice(0, 2), outcome: "ConnectionLostError" }),
      next: 1,
    }),
  },
];

/** What came of an import, in a few words. */
async function importThrough(client: McpClient): Promise<string> {
  const onProgress = (): void => undefined;
  try {
    const result = await client.callTool("import_notes", { notes }, { onProgress });
    return `${String(numberIn(result, "imported"))} imported`;
  } catch (error) {
    if (error instanceof ConnectionLostError && error.mayHaveBeenDelivered) return error.name;
    throw error;
  }
}

/** As it came over the wire, before anything could be sorted out. */
function progressIn(traffic: Traffic): readonly number[] {
  return traffic.of(NOTIFICATION).map((message) => Number("params" in message && message.params["progress"]));
}
