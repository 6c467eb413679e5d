import type { McpClient } from "@towpath/mcp-core";

/** What the suite tells a client besides the URL, as JSON; most scenarios tell nothing. */
export interface Told {
  /** The calls to make, by `http-custom-headers`. */
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: object }[];
}

/** What a client does once it is connected. Rejects when the server lets it down. */
export type Scenario = (client: McpClient, told: Told) => Promise<void>;
