/* eslint-disable @typescript-eslint/no-deprecated -- what is deprecated works, and has to */
import type { Stream } from "node:stream";
import {
  SSEClientTransport as V2Sse,
  StreamableHTTPClientTransport as V2Http,
  type JSONRPCMessage,
  type Transport as V2Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as V2Stdio } from "@modelcontextprotocol/client/stdio";
import { SSEClientTransport as V1Sse } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport as V1Stdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as V1Http } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { WebSocketClientTransport as V1WebSocket } from "@modelcontextprotocol/sdk/client/websocket.js";
import type { Transport as V1Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { vi } from "vitest";
import { WebSocket } from "ws";
import { OfficialSocket } from "../fixtures/official-socket.js";
import { HttpProgram, type Served } from "./servers.js";

// The v1 client speaks over the runtime's own, which the oldest Node there is support for has not.
vi.stubGlobal("WebSocket", WebSocket);

export interface V1Way {
  readonly transport: V1Transport;
  /** The transport alone is told which revision was negotiated. */
  readonly negotiated: () => string | undefined;
}

/** The official v1 SDK’s transport to a fixture. */
export function v1Way(program: Served): V1Way {
  const transport = v1Transport(program);
  let negotiated: string | undefined;
  const own = transport.setProtocolVersion?.bind(transport);
  const setProtocolVersion = (version: string): void => {
    negotiated = version;
    own?.(version);
  };
  Object.assign(transport, { setProtocolVersion });
  return { transport, negotiated: () => negotiated };
}

function v1Transport(program: Served): V1Transport {
  if (program instanceof HttpProgram) {
    const { over, url } = program;
    if (over === "sse") return new V1Sse(url);
    return over === "websocket" ? new V1WebSocket(url) : new V1Http(url);
  }
  const { command, args, log } = program;
  const transport = new V1Stdio({ command, args, stderr: "pipe" });
  pipeTo(transport.stderr, log.take);
  return transport;
}

/** The official v2 SDK’s transport to a fixture. */
export function v2Transport(program: Served): V2Transport {
  if (program instanceof HttpProgram) {
    const { over, url } = program;
    if (over === "sse") return new V2Sse(url);
    if (over === "websocket") return new OfficialSocket<JSONRPCMessage>(new WebSocket(url, "mcp"));
    return new V2Http(url);
  }
  const { command, args, log } = program;
  const transport = new V2Stdio({ command, args, stderr: "pipe" });
  pipeTo(transport.stderr, log.take);
  return transport;
}

function pipeTo(stderr: Stream | null, take: (text: string) => void): void {
  stderr?.on("data", (chunk: Buffer) => take(chunk.toString()));
}
