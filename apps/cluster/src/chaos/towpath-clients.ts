import {
  ConnectionLostError,
  McpClient,
  ProtocolError,
  RequestTimeoutError,
  TowpathErrorCode,
  type CallToolResult,
  type ClientTransport,
  type McpClientOptions,
  type TaskHandle,
} from "@towpath/mcp-core";
import { HttpStatusError, streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { webSocketClient } from "@towpath/transport-ws";
import type { Caller, ClientKind, ErrorName, Outcome, Request } from "./calls.js";
import { CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS } from "./patience.js";

/** Nothing that happens here is a reason to give up. */
const reconnect = { attempts: 1_000_000, windowMs: 60_000 };

const ERA = { handshake: { era: "handshake" }, stateless: { era: "stateless" } } as const;

const http = (origin: string): ClientTransport =>
  streamableHttpClient(`${origin}/mcp`, { reconnect, resumption: { attempts: 20, maxDelayMs: 1_000 } });

export const towpathClients: readonly ClientKind[] = [
  kind("Streamable HTTP, sessions", true, ERA.handshake, http),
  kind("Streamable HTTP, stateless", false, ERA.stateless, http),
  kind("HTTP+SSE", false, ERA.handshake, (origin) => sseClient(`${origin}/sse`, { reconnect })),
  kind("WebSocket", false, ERA.handshake, (origin) =>
    webSocketClient(`${origin.replace(/^http/, "ws")}/ws`, { reconnect }),
  ),
];

function kind(
  transport: string,
  resumable: boolean,
  era: Pick<McpClientOptions, "era">,
  to: (origin: string) => ClientTransport,
): ClientKind {
  return {
    transport,
    resumable,
    keepsTasks: true,
    connect: async (origin, onStray) => {
      const client = await McpClient.connect(to(origin), {
        ...era,
        timeoutMs: CALL_TIMEOUT_MS,
        maxTotalTimeoutMs: TOTAL_TIMEOUT_MS,
        onNoise: onStray,
        elicit: () => ({ action: "accept", content: {} }),
      });
      return new TowpathCaller(client);
    },
  };
}

class TowpathCaller implements Caller {
  readonly isUsable = true; // it connects again by itself
  readonly #client: McpClient;

  constructor(client: McpClient) {
    this.#client = client;
  }

  async call(request: Request): Promise<Outcome> {
    if (request.kind === "task") return this.#task(request);
    const { id, kind: name, ms, onProgress } = request;
    try {
      const args = name === "slow" ? { call: id, ms } : { call: id };
      const options =
        name === "slow" ? { onProgress: ({ progress }: { progress: number }) => onProgress(progress) } : {};
      return outcomeOf(await this.#client.callTool(name, args, options));
    } catch (error) {
      return { kind: "error", error: nameOf(error), message: messageOf(error) };
    }
  }

  async #task({ id, ms, onProgress, onTask }: Request): Promise<Outcome> {
    let task: TaskHandle | undefined;
    try {
      task = await this.#client.startTask(
        "work",
        { call: id, ms },
        { onProgress: ({ progress }) => onProgress(progress) },
      );
      if (task.id !== undefined) onTask(task.id);
      return outcomeOf(await task.result());
    } catch (error) {
      const accepted = task !== undefined && error instanceof ProtocolError;
      const named = accepted ? taskErrorByCode(error.code) : nameOf(error);
      return { kind: "error", error: named, message: messageOf(error) };
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function outcomeOf({ content, isError }: Pick<CallToolResult, "content" | "isError">): Outcome {
  const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  return isError === true ? { kind: "error", error: "unnamed", message: text } : { kind: "result", text };
}

const BY_CODE: ReadonlyMap<number, ErrorName> = new Map([
  [TowpathErrorCode.requestLost, "lost: node gone"],
  [TowpathErrorCode.busy, "not begun"],
  [TowpathErrorCode.shuttingDown, "not begun"],
]);

const BY_STATUS: ReadonlyMap<number, ErrorName> = new Map([
  [404, "session gone"],
  [409, "stream gone"],
  [410, "stream gone"],
  [502, "bad gateway"],
  [503, "unavailable"],
  [504, "bad gateway"],
]);

export function nameByCode(code: number): ErrorName {
  return BY_CODE.get(code) ?? "unnamed";
}

/** What has become of a task that was accepted: one that was begun. */
export function taskErrorByCode(code: number): ErrorName {
  return code === TowpathErrorCode.shuttingDown ? "lost: node stopped" : nameByCode(code);
}

export function nameByStatus(status: number): ErrorName {
  return BY_STATUS.get(status) ?? "unnamed";
}

function nameOf(error: unknown): ErrorName {
  if (error instanceof RequestTimeoutError) return "hung";
  if (error instanceof ProtocolError) return nameByCode(error.code);
  if (error instanceof HttpStatusError) return nameByStatus(error.status);
  if (!(error instanceof ConnectionLostError)) return "unnamed";
  if (!error.mayHaveBeenDelivered) return "not delivered";
  return error.cause instanceof HttpStatusError ? nameByStatus(error.cause.status) : "connection lost";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
