import { McpClient, type McpClientOptions } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { webSocketClient } from "@towpath/transport-ws";

// The script of a page: what tests find there as `towpath`.

export type Options = Pick<McpClientOptions, "era" | "elicit" | "timeoutMs"> & {
  readonly headers?: Readonly<Record<string, string>>;
};

export function connect(url: string, { headers = {}, ...options }: Options = {}): Promise<McpClient> {
  return McpClient.connect(streamableHttpClient(url, { headers }), options);
}

export function connectOverWebSocket(
  url: string,
  {
    protocols = [],
    ...options
  }: Pick<McpClientOptions, "era" | "elicit"> & { readonly protocols?: string[] } = {},
): Promise<McpClient> {
  return McpClient.connect(webSocketClient(url, { protocols }), options);
}

/** What a program sees of an error. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly challenges?: unknown;
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => new Error("It did not fail"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) return { name: "no error", message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...("challenges" in error && { challenges: error.challenges }),
  };
}
