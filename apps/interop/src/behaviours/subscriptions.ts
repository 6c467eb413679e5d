import { Meta, type JsonObject, type RequestId } from "@towpath/mcp-core";
import { expect } from "vitest";
import { isNotification, isResponseTo, type RawClient, type RequestExtras } from "../harness/client.js";
import type { Matches, Message } from "../harness/inbox.js";
import type { Behaviours } from "./behaviours.js";

const isChange = isNotification("notifications/tools/list_changed");
const TOOLS = { toolsListChanged: true };
const KINDS = [
  ["toolsListChanged", "tool"],
  ["promptsListChanged", "prompt"],
  ["resourcesListChanged", "resource"],
] as const;
const EVERYTHING = {
  ...TOOLS,
  promptsListChanged: true,
  resourcesListChanged: true,
  resourceSubscriptions: ["note://1"],
};

export const subscriptions = {
  "subscriptions.acknowledged": async ({ client }) => {
    const id = client.send("subscriptions/listen", { notifications: TOOLS });
    const changing = changeList(client);
    const first = (await client.peer.until(isAbout(id))).at(-1);
    expect(first).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: TOOLS },
    });
    await changing;
    await close(client, id);
  },
  "subscriptions.unsupported-omitted": async (trial) => {
    const { client } = trial;
    const { id, acknowledged } = await listen(client, { ...TOOLS, somethingElse: true });
    expect(acknowledged.params).toHaveProperty("notifications", TOOLS);
    await close(client, id);
    const bare = await trial.stranger({ bare: true });
    const { acknowledged: fewer } = await listen(bare, EVERYTHING);
    expect(fewer.params).toHaveProperty("notifications", TOOLS);
  },
  "subscriptions.every-kind": async ({ client }) => {
    for (const [filter, kind] of KINDS) {
      const { id, acknowledged } = await listen(client, { [filter]: true });
      expect(acknowledged.params).toHaveProperty("notifications", { [filter]: true });
      for (const [, each] of KINDS) await changeOne(client, each);
      const heard = (await client.settled()).map(({ method }) => method);
      expect(new Set(heard)).toEqual(new Set([`notifications/${kind}s/list_changed`]));
      await close(client, id);
    }
  },
  "subscriptions.resource-updates": async ({ client }) => {
    const resourceSubscriptions = ["note://1", "config://app"];
    const { id, acknowledged } = await listen(client, { resourceSubscriptions });
    expect(acknowledged.params).toHaveProperty("notifications", { resourceSubscriptions });
    await client.settled();
    for (const uri of ["note://2", ...resourceSubscriptions, "text://plain"]) {
      await client.call("touch", { text: uri });
    }
    const heard = await client.settled();
    expect(heard.every(isAbout(id))).toBe(true);
    expect(heard.map(({ method, params }) => [method, params?.["uri"]])).toEqual(
      resourceSubscriptions.map((uri) => ["notifications/resources/updated", uri]),
    );
    await close(client, id);
  },
  "subscriptions.replaces-subscribe": async ({ client }) => {
    for (const method of ["resources/subscribe", "resources/unsubscribe"]) {
      expect(await client.request(method, { uri: "note://1" })).toMatchObject({ error: { code: -32601 } });
    }
  },
  "subscriptions.delivers": async ({ client }) => {
    for (const id of [12, "12"]) {
      await listen(client, TOOLS, { id });
      await changeList(client);
      const change = await client.peer.next(isChangeFor(id));
      expect(change.params).toHaveProperty(["_meta", Meta.subscriptionId], id);
      await close(client, id);
    }
  },
  "subscriptions.only-requested": async ({ client }) => {
    const ids: RequestId[] = [];
    for (const notifications of [{}, { toolsListChanged: false }]) {
      ids.push((await listen(client, notifications)).id);
    }
    await client.settled();
    await changeList(client);
    expect(await client.settled()).toEqual([]);
    for (const id of ids) await close(client, id);
  },
  "subscriptions.several": async ({ client }) => {
    for (const id of ["one", "two"]) await listen(client, TOOLS, { id });
    await changeList(client);
    for (const id of ["one", "two"]) await client.peer.next(isChangeFor(id));
    await close(client, "one");
    await changeList(client);
    await client.peer.next(isChangeFor("two"));
    expect((await client.settled()).filter(isChangeFor("one"))).toEqual([]);
    await close(client, "two");
  },
  "subscriptions.client-cancels": async ({ client }) => {
    const { id } = await listen(client, TOOLS);
    client.cancel(id);
    await changeList(client);
    expect(
      (await client.settled()).filter((message) => isAbout(id)(message) || isResponseTo(id)(message)),
    ).toEqual([]);
  },
  "subscriptions.graceful-closure": async (trial) => {
    const client = await trial.stranger();
    const { id } = await listen(client, TOOLS);
    const last = await client.peer.end();
    expect(last.at(-1)).toMatchObject({
      id,
      result: { resultType: "complete", _meta: { [Meta.subscriptionId]: id } },
    });
  },
  "subscriptions.server-cancels": async (trial) => {
    const client = await trial.stranger();
    const { id } = await listen(client, TOOLS);
    client.cancel(client.sendCall("wait", { key: "cancelled" }));
    await client.call("echo", { text: "finished" });
    const last = await client.peer.end();
    const cancelled = last.filter(isNotification("notifications/cancelled"));
    expect(cancelled.map(({ params }) => params?.["requestId"])).toEqual([id]);
  },
  "subscriptions.malformed": async ({ client }) => {
    for (const params of [{}, { notifications: "all" }]) {
      expect(await client.request("subscriptions/listen", params)).toMatchObject({ error: { code: -32602 } });
    }
  },
  "stdio.no-server-requests": async ({ client }) => {
    await client.settled();
    expect(await client.text("ping_client")).toBe("pinged");
    expect(await client.settled()).toEqual([]);
  },
} satisfies Behaviours;

export function isAbout(id: RequestId): Matches {
  return ({ params }) => (params?.["_meta"] as JsonObject | undefined)?.[Meta.subscriptionId] === id;
}

function isChangeFor(id: RequestId): Matches {
  return (message) => isChange(message) && isAbout(id)(message);
}

export interface Listening {
  readonly id: RequestId;
  readonly acknowledged: Message;
}

export async function listen(
  client: RawClient,
  notifications: JsonObject,
  extras: RequestExtras = {},
): Promise<Listening> {
  const used = client.send("subscriptions/listen", { notifications }, extras);
  return { id: used, acknowledged: await client.peer.next(isAbout(used)) };
}

/** Cancels a subscription, and takes what it still delivered. */
export async function close(client: RawClient, id: RequestId): Promise<void> {
  client.cancel(id);
  await client.settled();
}

/** Changes the list of that kind twice, and leaves it as it was. */
async function changeOne(client: RawClient, kind: "tool" | "prompt" | "resource"): Promise<void> {
  const text = kind === "resource" ? "new://comer" : "newcomer";
  for (const how of ["add", "remove"]) {
    expect((await client.call(`${how}_${kind}`, { text })).result).not.toHaveProperty("isError");
  }
}

/** Changes the list of tools twice, and leaves it as it was. */
async function changeList(client: RawClient): Promise<void> {
  const [added, removed] = [
    await client.call("add_tool", { text: "newcomer" }),
    await client.call("remove_tool", { text: "newcomer" }),
  ];
  for (const { result } of [added, removed]) expect(result).not.toHaveProperty("isError");
}
