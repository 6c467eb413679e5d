import { ConnectionLostError, ProtocolError, TowpathErrorCode, type McpClient } from "@towpath/mcp-core";
import type { Ledger } from "./workshop.js";

export type Outcome =
  { readonly kind: "result"; readonly text: string } | { readonly kind: "error"; readonly error: unknown };

/** A call of a client's, and what has become of it. */
export interface Call {
  readonly name: string;
  readonly tool: "work" | "ask";
  readonly steps: number;
  readonly progress: number[];
  readonly cancel: AbortController;
  /** Its client has been asked something. */
  asked: boolean;
  /** Something has happened that it need not survive; says what. */
  excuse: string | undefined;
  outcome: Outcome | undefined;
  readonly settled: Promise<void>;
}

let made = 0;

export function begin(client: McpClient, tool: Call["tool"], steps: number): Call {
  const name = `${tool} ${String(++made)}`;
  const cancel = new AbortController();
  const progress: number[] = [];
  const result = client.callTool(name.startsWith("work") ? "work" : "ask", argsOf(tool, name, steps), {
    signal: cancel.signal,
    onProgress: (told) => void progress.push(told.progress),
  });
  const call: Call = {
    name,
    tool,
    steps,
    progress,
    cancel,
    asked: false,
    excuse: undefined,
    outcome: undefined,
    settled: result.then(
      ({ content: [first] }) => {
        call.outcome = { kind: "result", text: first?.type === "text" ? first.text : "nothing" };
      },
      (error: unknown) => {
        call.outcome = { kind: "error", error };
      },
    ),
  };
  return call;
}

function argsOf(tool: Call["tool"], call: string, steps: number): object {
  return tool === "work" ? { call, steps } : { call };
}

const CLEAR_CODES: ReadonlySet<number> = new Set(Object.values(TowpathErrorCode));

/** Whether an error says that the request was not served, or may not have been. */
function isClear(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true;
  return error instanceof ProtocolError && CLEAR_CODES.has(error.code);
}

/** What is wrong with what became of a call; nothing if all is as it has to be. */
export function faultsOf(call: Call, ledger: Ledger): readonly string[] {
  const { name, outcome, progress, steps, excuse, cancel } = call;
  const { effects, nodes } = ledger.of(name);
  const faults: string[] = [];
  const fault = (what: string): void => void faults.push(`${name}, on ${nodes.join(", ")}: ${what}`);
  if (effects > 1) fault(`took effect ${String(effects)} times`);
  if (progress.some((value, place) => value <= (progress[place - 1] ?? 0)))
    fault(`progress out of order: ${progress.join()}`);
  if (outcome === undefined) fault("has no end");
  if (outcome?.kind === "result") {
    if (outcome.text !== name) fault(`has the result ${outcome.text}`);
    if (effects !== 1) fault("has a result and no effect");
    if (call.tool === "work" && excuse === undefined && progress.length !== steps)
      fault(`progress is missing: ${progress.join()} of ${String(steps)}`);
  }
  if (outcome?.kind === "error" && !cancel.signal.aborted) {
    if (!isClear(outcome.error)) fault(`has the error ${String(outcome.error)}`);
    if (excuse === undefined) fault(`failed without need: ${String(outcome.error)}`);
  }
  return faults;
}
