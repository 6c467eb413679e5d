import { ProtocolError, TowpathErrorCode } from "@towpath/mcp-core";
import { exportable, QUESTION, TAG, untilBeyond, watched } from "../tasks.js";
import type { ClusterCheck } from "./cluster-check.js";

/** At ten a second, far more than are exported until the task is cancelled. */
const [COUNT, PER_SECOND] = [100, 10];
/** After so many comes the question. */
const OTHERS = 3;

/** Nobody but its own node works on a task; whatever else there is to be done with it, each node does. */
export const task: ClusterCheck = {
  name: "task",
  run: (stage, show) =>
    stage.visit(async ({ A, B, C }) => {
      await A.client.callTool("import_notes", { notes: exportable(COUNT, OTHERS) });
      const exporting = { tag: TAG, format: "json", perSecond: PER_SECOND };
      const started = await A.client.startTask("export_notes", exporting);
      const saved = JSON.stringify(started);
      B.respondent.chooses("accept");
      const answered = await untilBeyond(OTHERS, await B.client.resumeTask(saved), show);
      await (await C.client.resumeTask(saved)).cancel();
      const { statuses } = await watched(started, show);
      const end = statuses.at(-1) ?? null;
      return {
        observed: {
          asked: [A, B, C].map(({ respondent }) => respondent.asked),
          wentOn: answered < COUNT,
          end,
        },
        shown: `A starts, B answers, C cancels at ${String(answered)} of ${String(COUNT)} → on A ${String(end)}`,
      };
    }),
  expected: () => ({ asked: [[], [QUESTION], []], wentOn: true, end: "cancelled" }),
};

export const taskLost: ClusterCheck = {
  name: "task lost",
  timeoutMs: 30_000,
  run: (stage, show) =>
    stage.visit(async ({ C }) => {
      if (stage.leftBehind === undefined) throw new Error("No node was killed in a task");
      const resumed = await C.client.resumeTask(JSON.stringify(stage.leftBehind));
      const { statuses } = await watched(resumed, show);
      const error: unknown = await resumed.result().catch((reason: unknown) => reason);
      if (!(error instanceof ProtocolError)) throw new Error(`An error was due, not ${String(error)}`);
      const { code, data = null } = error;
      const end = statuses.at(-1) ?? null;
      return {
        observed: { end, code, data },
        shown: `as C says of it → ${String(end)}, ${String(code)}, retryable`,
      };
    }),
  expected: () => ({
    end: "failed",
    code: TowpathErrorCode.requestLost,
    data: { retryable: true },
  }),
};
