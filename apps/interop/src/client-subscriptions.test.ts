import { McpClient, Meta, type Change, type JsonObject, type RequestId } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { EVERYTHING, withClient } from "./harness/scripted-server.js";
import { ServerProgram } from "./harness/servers.js";
import { req } from "./requirements/index.js";

const TOOLS = { toolsListChanged: true };

/** A client with these subscriptions, each acknowledged as it was asked for, or in part. */
async function listening(filters: readonly JsonObject[], honoured: readonly JsonObject[] = filters) {
  const { client, server } = await withClient("2026-07-28", {}, {}, EVERYTHING);
  const about = (id: RequestId) => ({ _meta: { [Meta.subscriptionId]: id } });
  const subscriptions = await Promise.all(
    filters.map(async (filter, index) => {
      const heard: Change[] = [];
      let tell: () => void = () => undefined;
      const starting = client.listen(filter, (change: Change) => {
        heard.push(change);
        tell();
      });
      const { id = null, params } = await server.next("subscriptions/listen");
      expect(params).toMatchObject({ notifications: filter });
      if (id === null) throw new Error("The subscription has no id");
      server.say({
        jsonrpc: "2.0",
        method: "notifications/subscriptions/acknowledged",
        params: { notifications: honoured[index] ?? filter, ...about(id) },
      });
      const hears = (): Promise<void> => new Promise((resolve) => (tell = resolve));
      return { id, heard, hears, subscription: await starting };
    }),
  );
  const change = (id: RequestId, method: string, params: JsonObject = {}) =>
    server.say({ jsonrpc: "2.0", method, params: { ...params, ...about(id) } });
  const at = (index: number) => {
    const found = subscriptions[index];
    if (found === undefined) throw new Error(`There is no subscription ${String(index)}`);
    return found;
  };
  return { client, server, at, change };
}

describe("a client's subscription", () => {
  it(req("subscriptions.client-correlates"), async () => {
    const { at, change } = await listening([TOOLS, TOOLS]);
    const told = at(1).hears();
    change("nobody's", "notifications/tools/list_changed");
    change(at(1).id, "notifications/tools/list_changed");
    await told;
    expect(at(0).heard).toEqual([]);
    expect(at(1).heard).toMatchObject([{ method: "notifications/tools/list_changed" }]);
  });

  it(req("subscriptions.client-acknowledged"), async () => {
    const asked = { ...TOOLS, promptsListChanged: true, resourceSubscriptions: ["note://1", "note://2"] };
    const honoured = { ...TOOLS, resourceSubscriptions: ["note://2"] };
    const { at } = await listening([asked], [honoured]);
    expect(at(0).subscription.filter).toEqual(honoured);
  });

  it(req("subscriptions.client-closes"), async () => {
    const { at, server } = await listening([TOOLS]);
    await at(0).subscription.close();
    expect(await server.next("notifications/cancelled")).toMatchObject({ params: { requestId: at(0).id } });
    expect(await at(0).subscription.closed).toEqual({ kind: "closed" });
  });

  it(req("subscriptions.client-graceful-end"), async () => {
    const { at, client, server } = await listening([TOOLS]);
    const { id, subscription } = at(0);
    const result = { resultType: "complete", _meta: { [Meta.subscriptionId]: id } };
    server.say({ jsonrpc: "2.0", id, result });
    expect((await server.next("subscriptions/listen")).id).not.toBe(id);
    expect(server.receivedMethods).not.toContain("notifications/cancelled");
    await client.close();
    expect(await subscription.closed).toMatchObject({ kind: "closed" });
  });

  it(req("subscriptions.client-listens-again"), async () => {
    const program = new ServerProgram("odd-main", "crashing");
    const client = await McpClient.connect(program.transport());
    const changes = await client.listen(TOOLS);
    await expect(client.callTool("crash")).rejects.toThrow("code 7");
    const next = changes[Symbol.asyncIterator]().next();
    // What may have been missed counts as changed.
    expect(await next).toMatchObject({ value: { method: "notifications/tools/list_changed" } });
    await program.log.line("listening", 2);
    await client.close();
    program.log.expectGone(2);
  });
});
