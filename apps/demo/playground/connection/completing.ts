import type { CompletionReference } from "@towpath/mcp-core";
import type { Suggest } from "../page/suggestions.js";
import type { Connection } from "./connection.js";

/** Suggestions of the server's for one argument, if it has any. */
export function completing(
  connection: Connection,
  ref: CompletionReference,
  name: string,
  resolved: () => Readonly<Record<string, string>>,
): Suggest {
  return async (typed) => {
    const client = connection.live?.client;
    if (client?.capabilities.completions === undefined) return [];
    const { [name]: _own, ...others } = resolved();
    const { values } = await client.complete(ref, { name, value: typed }, others);
    return values;
  };
}
