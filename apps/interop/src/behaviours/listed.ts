import type { JsonObject } from "@towpath/mcp-core";
import type { RawClient } from "../harness/client.js";

/** The lists there are: their methods, and the names of their items in a result. */
export const LISTS = {
  tools: { method: "tools/list", items: "tools" },
  prompts: { method: "prompts/list", items: "prompts" },
  resources: { method: "resources/list", items: "resources" },
  templates: { method: "resources/templates/list", items: "resourceTemplates" },
} as const;

export type ListName = keyof typeof LISTS;

export interface Listed extends JsonObject {
  readonly name: string;
}

/** Every page of a list, in order. */
export async function pagesOf(client: RawClient, list: ListName): Promise<readonly JsonObject[]> {
  const pages: JsonObject[] = [];
  let cursor: JsonObject[string];
  do {
    const params = cursor === undefined ? {} : { cursor };
    const { result = {} } = await client.request(LISTS[list].method, params);
    pages.push(result);
    cursor = result["nextCursor"];
  } while (cursor !== undefined);
  return pages;
}

/** What is on a page. */
export function itemsOn(page: JsonObject | undefined, list: ListName): readonly Listed[] {
  // What is in it is for the tests to judge.
  return (page?.[LISTS[list].items] ?? []) as readonly Listed[];
}

export async function allOf(client: RawClient, list: ListName): Promise<readonly Listed[]> {
  return (await pagesOf(client, list)).flatMap((page) => itemsOn(page, list));
}

export async function itemNamed(
  client: RawClient,
  list: ListName,
  name: string,
): Promise<Listed | undefined> {
  return (await allOf(client, list)).find((item) => item.name === name);
}
