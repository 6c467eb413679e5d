import type { ServerTransport } from "@towpath/mcp-core";
import { stdio } from "@towpath/transport-stdio";

/** Where to listen, for the transports that do. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** The transports the notebook can be served on, by the name that `--transport` takes. */
export const transports: ReadonlyMap<string, (options: ListenOptions) => ServerTransport> = new Map([
  ["stdio", () => stdio()],
]);
