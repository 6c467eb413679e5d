import { Client as V2Client, type VersionNegotiationMode } from "@modelcontextprotocol/client";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { McpClient, type JsonObject, type McpClientOptions } from "@towpath/mcp-core";
import { v1Way, v2Transport } from "./official-transports.js";
import type { Served } from "./servers.js";

export interface Outcome {
  readonly text: string | undefined;
  readonly structured: unknown;
  readonly isError: boolean;
}

export interface DriverOptions {
  readonly onProgress?: (progress: object) => void;
  readonly signal?: AbortSignal;
}

/** A client of whichever make, as the tests use it. */
export interface Driver {
  readonly server: string | undefined;
  readonly revision: string | undefined;
  listTools(): Promise<readonly { readonly name: string; readonly inputSchema: object }[]>;
  call(name: string, args?: JsonObject, options?: DriverOptions): Promise<Outcome>;
  /** Calls back when the server says that its list of tools has changed. */
  onListChanged(heard: () => void): Promise<unknown>;
  close(): Promise<void>;
}

export type Connect = (program: Served) => Promise<Driver>;

export function towpath(options: McpClientOptions = {}): Connect {
  return async (program) => {
    let heard: () => void = () => undefined;
    const client = await McpClient.connect(program.transport(), {
      ...options,
      onNotification: ({ method }) => {
        if (method === "notifications/tools/list_changed") heard();
      },
    });
    return {
      server: client.server?.name,
      revision: client.revision,
      listTools: () => client.listTools(),
      call: async (name, args, given) => outcome(await client.callTool(name, args, given)),
      onListChanged: async (listener) => {
        heard = listener;
        if (client.era === "handshake") return;
        // Never answered while it is open; closing ends it.
        client
          .request("subscriptions/listen", { notifications: { toolsListChanged: true } })
          .catch(() => undefined);
      },
      close: () => client.close(),
    };
  };
}

export const officialV1: Connect = async (program) => {
  const { transport, negotiated } = v1Way(program);
  const client = new V1Client({ name: "official-v1-client", version: "1.0.0" });
  await client.connect(transport);
  return {
    server: client.getServerVersion()?.name,
    revision: negotiated(),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, { onProgress, signal } = {}) => {
      const options = { ...(onProgress && { onprogress: onProgress }), ...(signal && { signal }) };
      // Without a schema of its own, the result is the SDK's `CallToolResult`.
      return outcome((await client.callTool({ name, arguments: args }, undefined, options)) as Result);
    },
    onListChanged: async (heard) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, heard);
    },
    close: () => client.close(),
  };
};

export function officialV2(mode: VersionNegotiationMode): Connect {
  return async (program) => {
    const client = new V2Client(
      { name: "official-v2-client", version: "1.0.0" },
      { versionNegotiation: { mode } },
    );
    await client.connect(v2Transport(program));
    return {
      server: client.getServerVersion()?.name,
      revision: client.getNegotiatedProtocolVersion(),
      listTools: async () => (await client.listTools()).tools,
      call: async (name, args = {}, { onProgress, signal } = {}) => {
        const options = { ...(onProgress && { onprogress: onProgress }), ...(signal && { signal }) };
        return outcome((await client.callTool({ name, arguments: args }, options)) as Result);
      },
      onListChanged: async (heard) => {
        client.setNotificationHandler("notifications/tools/list_changed", heard);
        if (client.getProtocolEra() === "modern") await client.listen({ toolsListChanged: true });
      },
      close: () => client.close(),
    };
  };
}

interface Result {
  readonly content: readonly object[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

function outcome({ content, structuredContent, isError = false }: Result): Outcome {
  const [first] = content;
  const text = first !== undefined && "text" in first ? String(first.text) : undefined;
  return { text, structured: structuredContent, isError };
}
