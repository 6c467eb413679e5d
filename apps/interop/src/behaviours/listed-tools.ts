import type { JsonObject } from "@towpath/mcp-core";
import type { RawClient } from "../harness/client.js";

/** The pages of `tools/list`, as results. */
export async function pages(client: RawClient): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  let cursor: JsonObject[string];
  do {
    const { result, error } = await client.request("tools/list", cursor === undefined ? {} : { cursor });
    if (result === undefined) throw new Error(`tools/list failed: ${JSON.stringify(error)}`);
    found.push(result);
    cursor = result["nextCursor"];
  } while (cursor !== undefined);
  return found;
}

/** The tools on one page. */
export function toolsOn(page: JsonObject | undefined): readonly JsonObject[] {
  // What is in it is for the tests to judge.
  return (page?.["tools"] ?? []) as readonly JsonObject[];
}

export async function allTools(client: RawClient): Promise<readonly JsonObject[]> {
  return (await pages(client)).flatMap(toolsOn);
}

export async function toolNamed(client: RawClient, name: string): Promise<JsonObject | undefined> {
  return (await allTools(client)).find((tool) => tool["name"] === name);
}
