import { McpClient, TaskCancelledError, type TaskHandle } from "@towpath/mcp-core";
import type { Check } from "./check.js";
import { listening, listeningNames } from "./listening.js";
import { Respondent } from "./respondent.js";
import { eraOptions } from "./stage.js";
import { exportable, QUESTION, TAG, untilBeyond, watched } from "./tasks.js";

const FORMAT_QUESTION = "In which format?";

/** With some notes more than are private, and slow enough for every status to be seen. */
const COUNT = 24;
const PER_SECOND = 40;
/** At this rate, an export that is not cancelled takes far longer than one that is. */
const SLOW = 1;

const TOLD = { format: "markdown", exported: COUNT, leftOut: 0 };

export const taskChecks: readonly Check[] = [
  {
    name: "task completed",
    run: async ({ client, respondent }, show) => {
      await client.callTool("import_notes", { notes: exportable(COUNT, COUNT / 2) });
      respondent.chooses("accept");
      const task = await client.startTask("export_notes", { tag: TAG, perSecond: PER_SECOND });
      const { statuses, progress } = await watched(task, show);
      const { structuredContent = null } = await task.result();
      return {
        observed: {
          // What is in between may be over before anybody has looked.
          statuses: [statuses[0] ?? null, statuses.at(-1) ?? null],
          reported: progress.length > 0,
          inOrder: progress.every((done, index) => index === 0 || done > (progress[index - 1] ?? 0)),
          asked: respondent.asked.splice(0),
          structuredContent,
        },
        shown: `${statuses.join(", ")} → ${String(COUNT)} exported`,
      };
    },
    expected: () => ({
      statuses: ["working", "completed"],
      reported: true,
      inOrder: true,
      asked: [FORMAT_QUESTION, QUESTION],
      structuredContent: TOLD,
    }),
  },
  {
    name: "task cancelled",
    run: async ({ client }, show) => {
      const task = await client.startTask("export_notes", { tag: TAG, format: "json", perSecond: SLOW });
      const done = await untilBeyond(0, task, show);
      await task.cancel();
      const { statuses } = await watched(task, show);
      const outcome = await outcomeOf(task);
      return {
        observed: { done, status: statuses.at(-1) ?? null, outcome },
        shown: `at ${String(done)} of ${String(COUNT)} → ${statuses.at(-1) ?? ""}, ${outcome}`,
      };
    },
    expected: () => ({ done: 1, status: "cancelled", outcome: "TaskCancelledError" }),
  },
  {
    name: "task picked up",
    // Over stdio, a second client has a second server.
    over: listeningNames,
    run: async ({ era, transport, notebook }, show) => {
      const name = listeningNames.find((each) => each === transport);
      if (name === undefined) throw new Error(`Nobody else can connect over ${transport}`);
      const url = await notebook.url(name);
      const connect = ({ elicit }: Respondent): Promise<McpClient> =>
        McpClient.connect(listening[name](url), { ...eraOptions[era], elicit });
      const [early, late] = [new Respondent(), new Respondent()];
      const first = await connect(early);
      const task = await first.startTask("export_notes", {
        tag: TAG,
        format: "markdown",
        perSecond: PER_SECOND,
      });
      const saved = JSON.stringify(task);
      await first.close();
      const second = await connect(late);
      try {
        late.chooses("accept");
        const resumed = await second.resumeTask(saved);
        const { statuses } = await watched(resumed, show);
        const { structuredContent = null } = await resumed.result();
        return {
          observed: {
            same: resumed.id === task.id,
            asked: { early: early.asked, late: late.asked },
            last: statuses.at(-1) ?? null,
            structuredContent,
          },
          shown: `started by one client, asked and answered another → ${String(COUNT)} exported`,
        };
      } finally {
        await second.close();
      }
    },
    expected: () => ({
      same: true,
      asked: { early: [], late: [QUESTION] },
      last: "completed",
      structuredContent: TOLD,
    }),
  },
];

/** In a few words. */
async function outcomeOf(task: TaskHandle): Promise<string> {
  return task.result().then(
    () => "a result",
    (error: unknown) => (error instanceof TaskCancelledError ? error.name : String(error)),
  );
}
