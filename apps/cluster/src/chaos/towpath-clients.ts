import {
  ConnectionLostError,
  McpClient,
  ProtocolError,
  RequestTimeoutError,
  TowpathErrorCode,
  type ClientTransport,
  type McpClientOptions,
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

  async call({ id, kind: name, ms, onProgress }: Request): Promise<Outcome> {
    try {
      const args = name === "slow" ? { call: id, ms } : { call: id };
      const options =
        name === "slow" ? { onProgress: ({ progress }: { progress: number }) => onProgress(progress) } : {};
      const { content, isError } = await this.#client.callTool(name, args, options);
      const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
      return isError === true ? { kind: "error", error: "unnamed", message: text } : { kind: "result", text };
    } catch (error) {
      return { kind: "error", error: nameOf(error), message: messageOf(error) };
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
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
