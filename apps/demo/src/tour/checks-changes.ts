import type { CallOptions, Change, McpClient } from "@towpath/mcp-core";
import type { Check } from "./check.js";

const filter = { resourcesListChanged: true, resourceSubscriptions: ["note://1"] };
const RESOURCE_UPDATED = "notifications/resources/updated";
const LIST_CHANGED = "notifications/resources/list_changed";

export const changeChecks: readonly Check[] = [
  {
    name: "subscription",
    run: async ({ client }) => {
      const changes = await client.listen(filter);
      // A list that was kept while nobody listened may be out of date by now.
      const before = await urisOf(client, { cache: "reload" });
      const iterator = changes[Symbol.asyncIterator]();
      await client.callTool("summarise_note", { id: 1 });
      let updated = await next(iterator);
      // Of what earlier checks have changed, news may come late.
      while (updated.method === LIST_CHANGED) updated = await next(iterator);
      await client.callTool("add_note", { title: "Tunnels" });
      const listChanged = await next(iterator);
      const after = await urisOf(client);
      await changes.close();
      const heard = [updated, listChanged].map(({ method, params }) => [method, params["uri"] ?? null]);
      return {
        observed: { filter: changes.filter, heard, before, after },
        shown: `note://1 updated, list changed → ${after.join(", ")}`,
      };
    },
    expected: () => ({
      filter,
      heard: [
        [RESOURCE_UPDATED, "note://1"],
        [LIST_CHANGED, null],
      ],
      before: ["note://1"],
      after: ["note://1", "note://3"],
    }),
  },
  {
    name: "unsubscribed",
    run: async ({ client, traffic }) => {
      traffic.clear();
      await client.callTool("summarise_note", { id: 1 });
      await client.ping();
      const heard = traffic.of(RESOURCE_UPDATED).length;
      return { observed: { heard }, shown: "note://1 changes, and nothing is sent any more" };
    },
    expected: () => ({ heard: 0 }),
  },
];

/** The list as the client knows it: what is kept is served until a change is heard of. */
async function urisOf(client: McpClient, options?: CallOptions): Promise<readonly string[]> {
  return (await client.listResources(options)).map(({ uri }) => uri);
}

async function next(changes: AsyncIterator<Change>): Promise<Change> {
  const result: IteratorResult<Change, unknown> = await changes.next();
  if (result.done === true) throw new Error("The subscription ended where a change was due");
  return result.value;
}
