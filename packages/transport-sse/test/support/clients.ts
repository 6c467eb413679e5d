import { McpClient, type McpClientOptions } from "@towpath/mcp-core";
import { onTestFinished } from "vitest";
import { sseClient, type NodeSseClientOptions } from "../../src/index.js";

/** The ways to make HTTP requests, as options of the transport. */
export const CONNECTORS = [
  ["node:http", {}],
  ["fetch", { fetch: globalThis.fetch }],
] as const satisfies readonly (readonly [string, NodeSseClientOptions])[];

export interface ClientStart extends McpClientOptions {
  readonly sse?: NodeSseClientOptions;
}

/** Connects a client, which is closed when the test has ended. Tools are not listed to check their output. */
export async function connected(url: string, { sse, ...options }: ClientStart = {}): Promise<McpClient> {
  const client = await McpClient.connect(sseClient(url, sse), { validateOutput: false, ...options });
  // Its server is stopped next, which ends whatever it still waits for.
  onTestFinished(() => void client.close());
  return client;
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`It should have been rejected, and gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
