import type { Stream } from "node:stream";
import {
  StreamableHTTPClientTransport as V2Http,
  type Transport as V2Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as V2Stdio } from "@modelcontextprotocol/client/stdio";
import { StdioClientTransport as V1Stdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as V1Http } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport as V1Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { HttpProgram, type Served } from "./servers.js";

export interface V1Way {
  readonly transport: V1Transport;
  /** The transport alone is told which revision was negotiated. */
  readonly negotiated: () => string | undefined;
}

/** The official v1 SDK’s transport to a fixture. */
export function v1Way(program: Served): V1Way {
  if (program instanceof HttpProgram) {
    const transport = new V1Http(program.url);
    return { transport: transport, negotiated: () => transport.protocolVersion };
  }
  const { command, args, log } = program;
  const transport = new V1Stdio({ command, args, stderr: "pipe" });
  pipeTo(transport.stderr, log.take);
  let negotiated: string | undefined;
  Object.assign(transport, { setProtocolVersion: (version: string) => (negotiated = version) });
  return { transport, negotiated: () => negotiated };
}

/** The official v2 SDK’s transport to a fixture. */
export function v2Transport(program: Served): V2Transport {
  if (program instanceof HttpProgram) return new V2Http(program.url);
  const { command, args, log } = program;
  const transport = new V2Stdio({ command, args, stderr: "pipe" });
  pipeTo(transport.stderr, log.take);
  return transport;
}

function pipeTo(stderr: Stream | null, take: (text: string) => void): void {
  stderr?.on("data", (chunk: Buffer) => take(chunk.toString()));
}
