import type { McpServer } from "@towpath/mcp-core";
import { McpClient, type McpClientOptions } from "@towpath/mcp-core";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { CountedLinks } from "@towpath/test-support/counted-links.js";
import { onTestFinished } from "vitest";
import {
  webSocket,
  webSocketClient,
  type NodeWebSocketClientOptions,
  type WebSocketServerOptions,
} from "../../src/index.js";

export interface Started {
  readonly url: string;
  readonly port: number;
  /** Its links: one for each WebSocket. */
  readonly links: CountedLinks;
  /** What was reported to `onError`. */
  readonly errors: readonly unknown[];
  drain(timeoutMs?: number): Promise<void>;
}

/** Serves on a port of its own until the test has ended. */
export async function started(
  mcp: McpServer | Dispatcher,
  options: WebSocketServerOptions = {},
): Promise<Started> {
  const links = new CountedLinks(mcp);
  const errors: unknown[] = [];
  const transport = webSocket({ port: 0, onError: (error) => errors.push(error), ...options });
  const listener = await transport.start(links);
  onTestFinished(() => listener.drain({ timeoutMs: 0 }));
  const [url = ""] = listener.urls ?? [];
  return {
    url,
    port: Number(new URL(url).port),
    links,
    errors,
    drain: (timeoutMs) => listener.drain(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** A client of this package's, until the test has ended. */
export async function connected(
  url: string,
  options: McpClientOptions = {},
  transport: NodeWebSocketClientOptions = {},
): Promise<McpClient> {
  const client = await McpClient.connect(webSocketClient(url, transport), options);
  onTestFinished(() => client.close());
  return client;
}
