import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CallToolResultSchema,
  CreateTaskResultSchema,
  ElicitRequestSchema,
  ErrorCode,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { Caller, ClientKind, ErrorName, OnStray, Outcome, Request } from "./calls.js";
import { CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS } from "./patience.js";
import { messageOf, nameByCode, nameByStatus, taskErrorByCode } from "./towpath-clients.js";

/** As patient as the others. */
const RECONNECTION = {
  initialReconnectionDelay: 100,
  maxReconnectionDelay: 1_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 20,
};

/** Reports that are kept. */
const TRAIL = 10;

export const officialClient: ClientKind = {
  transport: "official SDK, sessions",
  resumable: true,
  keepsTasks: false,
  connect: (origin, onStray) => OfficialCaller.connect(origin, onStray),
};

class OfficialCaller implements Caller {
  readonly #client: Client;
  /** What it reported of late: for a call that hangs, it says why. */
  readonly #trail: readonly string[];
  #isUsable = true;

  static async connect(origin: string, onStray: OnStray): Promise<OfficialCaller> {
    const client = new Client({ name: "official", version: "1.0.0" }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: {} }));
    const trail: string[] = [];
    client.onerror = ({ message }) => {
      trail.push(message);
      if (trail.length > TRAIL) trail.shift();
      if (message.includes("unknown message ID")) onStray(message);
    };
    const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
      reconnectionOptions: RECONNECTION,
    });
    await client.connect(transport);
    return new OfficialCaller(client, trail);
  }

  private constructor(client: Client, trail: readonly string[]) {
    this.#client = client;
    this.#trail = trail;
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  async call(request: Request): Promise<Outcome> {
    const { id, kind: name, ms, onProgress } = request;
    try {
      if (name === "task") return await this.#task(request);
      const args = name === "slow" ? { call: id, ms } : { call: id };
      const result = await this.#client.callTool({ name, arguments: args }, undefined, {
        timeout: CALL_TIMEOUT_MS,
        maxTotalTimeout: TOTAL_TIMEOUT_MS,
        resetTimeoutOnProgress: true,
        ...(name === "slow" && { onprogress: ({ progress }: { progress: number }) => onProgress(progress) }),
      });
      return { kind: "result", text: textOf(result.content) };
    } catch (error) {
      const named = nameOf(error);
      // It does not open another session by itself.
      if (named === "session gone") this.#isUsable = false;
      const why = named === "hung" ? ` after ${this.#trail.join("; ")}` : "";
      return { kind: "error", error: named, message: messageOf(error) + why };
    }
  }

  async #task({ id, ms, onTask }: Request): Promise<Outcome> {
    const params = { name: "work", arguments: { call: id, ms } };
    const options = { timeout: CALL_TIMEOUT_MS };
    const request = { method: "tools/call" as const, params };
    const { task } = await this.#client.request(request, CreateTaskResultSchema, { ...options, task: {} });
    onTask(task.taskId);
    const { tasks } = this.#client.experimental;
    try {
      const result = await tasks.getTaskResult(task.taskId, CallToolResultSchema, options);
      return { kind: "result", text: textOf(result.content) };
    } catch (error) {
      if (!(error instanceof McpError)) throw error;
      // The request for the result may have been lost with its own node, and not with that of the task.
      const { status } = await tasks.getTask(task.taskId, options);
      const named = status === "failed" ? taskErrorByCode(error.code) : "connection lost";
      return { kind: "error", error: named, message: messageOf(error) };
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function textOf(content: unknown): string {
  return Array.isArray(content)
    ? content.map((block: { text?: unknown }) => (typeof block.text === "string" ? block.text : "")).join("")
    : "";
}

function nameOf(error: unknown): ErrorName {
  if (error instanceof McpError) {
    if (error.code === (ErrorCode.RequestTimeout as number)) return "hung";
    return error.code === (ErrorCode.ConnectionClosed as number) ? "connection lost" : nameByCode(error.code);
  }
  if (error instanceof StreamableHTTPError) return nameByStatus(error.code ?? 0);
  // What fetch says of a connection that failed.
  return error instanceof TypeError ? "connection lost" : "unnamed";
}
