import type { Change, JsonRpcMessage } from "@towpath/mcp-core";
import type { ClusterCheck } from "./cluster-check.js";
import { PLACES } from "./node.js";

const UPDATED = "notifications/resources/updated";
/** One for each node. */
const uris = PLACES.map((_, index) => `note://${String(index + 1)}`);

/** Something changes on each node, and a client that listens on one of them hears it. */
export const subscription: ClusterCheck = {
  name: "subscription",
  run: (stage) =>
    stage.call(async ({ client, traffic }) => {
      const changes = await client.listen({ resourcesListChanged: true, resourceSubscriptions: uris });
      const iterator = changes[Symbol.asyncIterator]();
      for (const [index, { client: there }] of stage.nodes.all.entries()) {
        await there.callTool("summarise_note", { id: index + 1 });
        await next(iterator);
      }
      // Whatever comes twice has come before this.
      await stage.nodes.at("C").client.callTool("add_note", { title: "Last of all" });
      const last = await next(iterator);
      await changes.close();
      const heard = traffic.of(UPDATED).map(uriIn);
      const places = stage.nodes.all.map(({ name }) => name).join(", ");
      return {
        observed: { heard, last: last.method },
        shown: `changes on ${places} → ${heard.join(", ")}, each once`,
      };
    }),
  expected: () => ({
    heard: uris,
    last: "notifications/resources/list_changed",
  }),
};

function uriIn(message: JsonRpcMessage): string {
  const uri = "params" in message ? message.params["uri"] : undefined;
  return typeof uri === "string" ? uri : "of no resource";
}

async function next(changes: AsyncIterator<Change>): Promise<Change> {
  const result: IteratorResult<Change, unknown> = await changes.next();
  if (result.done === true) throw new Error("The subscription ended where a change was due");
  return result.value;
}
