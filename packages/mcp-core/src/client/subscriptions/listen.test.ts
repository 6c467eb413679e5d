import { describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { settled, type Wire } from "../../../test/support/link.js";
import { legacy, modern, type FarEnd, type Script } from "../../../test/support/scripted-server.js";
import type { JsonObject, RequestId } from "../../jsonrpc/messages.js";
import { TowpathErrorCode } from "../../protocol/errors.js";
import { Meta } from "../../protocol/meta.js";
import type { Change, ChangeFilter } from "./types.js";

const TOOLS = "notifications/tools/list_changed";
const UPDATED = "notifications/resources/updated";
const DECLARED = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true, listChanged: true },
};
const ACME = [{ id: "com.example/acme", listenFilters: ["acme/x"] }];
const FOREVER = { attempts: 100, windowMs: 60_000 };

function notify(to: FarEnd, method: string, params: JsonObject, id?: RequestId): void {
  const _meta = id !== undefined && { _meta: { [Meta.subscriptionId]: id } };
  to.send({ jsonrpc: "2.0", method, params: { ...params, ..._meta } });
}

function acknowledge(to: FarEnd, { id, params }: Wire, notifications = params?.["notifications"]): void {
  notify(to, "notifications/subscriptions/acknowledged", { notifications }, id ?? undefined);
}

/** Acknowledges every subscription, or subscribes to every resource. */
const willing: Script = (message, to) => {
  if (message.method === "subscriptions/listen") acknowledge(to, message);
  else if (message.method?.startsWith("resources/") === true) to.result(message.id, {});
};

const ERAS = {
  handshake: (script: Script = willing) => legacy(script, DECLARED),
  stateless: (script: Script = willing) => modern(script, DECLARED),
};

/** The id of the latest subscription, which is what its notifications carry in the stateless era. */
function latestId({ received }: FarEnd): RequestId | undefined {
  return received.findLast(({ method }) => method === "subscriptions/listen")?.id ?? undefined;
}

/** Keeps changes, and waits for nothing. */
function collector(): { readonly changes: Change[]; readonly take: (change: Change) => void } {
  const changes: Change[] = [];
  return { changes, take: (change) => void changes.push(change) };
}

const all: ChangeFilter = { toolsListChanged: true, resourceSubscriptions: ["note://1"] };

describe.each(["handshake", "stateless"] as const)("listening in the %s era", (era) => {
  const speaking = ERAS[era];

  it("delivers changes to a callback, and everything to onNotification after that", async () => {
    const order: string[] = [];
    const { client, end } = await connectedClient(speaking(), {
      onNotification: ({ method }) => order.push(`all ${method}`),
    });
    const seen: Change[] = [];
    const subscription = await client.listen(all, (change) => {
      seen.push(change);
      order.push(change.method);
    });
    expect(subscription.filter).toEqual(all);
    notify(end, TOOLS, {}, latestId(end));
    notify(end, UPDATED, { uri: "note://1" }, latestId(end));
    expect(seen).toEqual([
      { method: TOOLS, params: {} },
      { method: UPDATED, params: { uri: "note://1" } },
    ]);
    expect(order).toEqual([TOOLS, `all ${TOOLS}`, UPDATED, `all ${UPDATED}`]);
    await client.close();
  });

  it("keeps changes until they are iterated over, each once, and ends with the subscription", async () => {
    const { client, end } = await connectedClient(speaking());
    const changes = await client.listen(all);
    for (let n = 0; n < 3; n += 1) notify(end, TOOLS, { _meta: { n } }, latestId(end));
    notify(end, UPDATED, { uri: "note://1" }, latestId(end));
    const seen: string[] = [];
    const iterated = (async () => {
      for await (const { method } of changes) {
        seen.push(method);
        if (method === UPDATED) void changes.close();
      }
    })();
    await iterated;
    expect(seen).toEqual([TOOLS, UPDATED]);
    expect(await changes.closed).toEqual({ kind: "closed" });
    await client.close();
  });

  it("ends when the iteration is left", async () => {
    const { client, end } = await connectedClient(speaking());
    const changes = await client.listen({ resourceSubscriptions: ["note://1"] });
    notify(end, UPDATED, { uri: "note://1" }, latestId(end));
    for await (const change of changes) {
      expect(change.params).toEqual({ uri: "note://1" });
      break;
    }
    expect(await changes.closed).toEqual({ kind: "closed" });
    await settled();
    const last = era === "handshake" ? "resources/unsubscribe" : "notifications/cancelled";
    expect(end.received.at(-1)?.method).toBe(last);
    await client.close();
  });

  it("delivers nothing once it was closed", async () => {
    const { client, end } = await connectedClient(speaking());
    const { changes, take } = collector();
    const subscription = await client.listen(all, take);
    const closed = subscription.close();
    notify(end, TOOLS, {}, latestId(end));
    notify(end, UPDATED, { uri: "note://1" }, latestId(end));
    await Promise.all([closed, subscription.close()]);
    expect(changes).toEqual([]);
    await client.close();
  });

  it("ends with its signal, before or after it was acknowledged", async () => {
    const silent = await connectedClient(speaking(() => undefined));
    const controller = new AbortController();
    const opening = silent.client.listen(all, { signal: controller.signal });
    const failed = expect(opening).rejects.toThrow("enough");
    await settled();
    controller.abort(new Error("enough"));
    await failed;
    await expect(silent.client.listen(all, { signal: controller.signal })).rejects.toThrow("enough");

    const { client } = await connectedClient(speaking());
    const later = new AbortController();
    const changes = await client.listen(all, { signal: later.signal });
    later.abort();
    expect(await changes.closed).toEqual({ kind: "closed" });
    await Promise.all([silent.client.close(), client.close()]);
  });

  it("ends when the client is closed", async () => {
    const { client } = await connectedClient(speaking());
    const changes = await client.listen(all);
    const { changes: seen, take } = collector();
    const subscription = await client.listen(all, take);
    await client.close();
    expect(await Promise.all([changes.closed, subscription.closed])).toEqual([
      { kind: "closed" },
      { kind: "closed" },
    ]);
    for await (const change of changes) seen.push(change);
    expect(seen).toEqual([]);
  });

  it("rejects when the server does not acknowledge in time, and tells it", async () => {
    const { client, clock, later } = await connectedClient(speaking(() => undefined));
    const opening = client.listen(all, { timeoutMs: 100 });
    const failed = expect(opening).rejects.toMatchObject({ name: "RequestTimeoutError", timeoutMs: 100 });
    await settled();
    clock.advance(100);
    await failed;
    await settled();
    expect(later().at(-1)).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: later()[0]?.id },
    });
    await client.close();
  });

  it("rejects with the server's error", async () => {
    const { client } = await connectedClient(speaking(({ id }, to) => to.error(id, -32602)));
    await expect(client.listen(all)).rejects.toMatchObject({ name: "ProtocolError", code: -32602 });
    await client.close();
  });

  it("lasts as long as it is quiet", async () => {
    const { client, clock, end } = await connectedClient(speaking());
    const { changes, take } = collector();
    await client.listen(all, take);
    clock.advance(100_000_000);
    notify(end, TOOLS, {}, latestId(end));
    expect(changes).toHaveLength(1);
    await client.close();
  });

  it.each([
    [undefined, "needs an object"],
    ["all", "needs an object"],
    [{ resourceSubscriptions: "note://1" }, "must be a list of URIs"],
    [{ resourceSubscriptions: [1] }, "must be a list of URIs"],
    [{ toolsListChanged: "yes" }, 'toolsListChanged must be true or false, not "yes"'],
    [{ toolListChanged: true }, /"toolListChanged", only toolsListChanged, .*, resourceSubscriptions,/],
    [{ "acme/y": true }, /"acme\/y", only .*, acme\/x, taskIds;/],
    [{ constructor: true }, '"constructor"'],
  ])("needs a filter, and not %o", async (filter, message) => {
    const { client, later } = await connectedClient(speaking(), { extensions: ACME });
    const asked = filter as unknown as ChangeFilter; // what a caller in JavaScript may give
    await expect(client.listen(asked)).rejects.toThrow(TypeError);
    await expect(client.listen(asked, () => undefined)).rejects.toThrow(message);
    expect(later()).toEqual([]);
    await client.close();
  });

  it("is made anew when the connection was lost, and everything may have changed meanwhile", async () => {
    const { client, server, end } = await connectedClient(speaking(), { reconnect: FOREVER });
    const { changes, take } = collector();
    const subscription = await client.listen(all, take);
    end.lose("gone");
    await settled();
    await settled();
    expect(changes).toEqual([
      { method: TOOLS, params: {} },
      { method: UPDATED, params: { uri: "note://1" } },
    ]);
    const [, again] = server.connections;
    if (again === undefined) throw new Error("There is no other connection");
    notify(again, TOOLS, {}, latestId(again));
    expect(changes).toHaveLength(3);
    expect(subscription.filter).toEqual(all);
    await client.close();
  });

  it("is made anew at most 5 times in 60 s", async () => {
    const { client, server, clock } = await connectedClient(speaking(), { reconnect: FOREVER });
    const subscription = await client.listen(all, () => undefined);
    const lose = async (): Promise<void> => {
      server.connections.at(-1)?.lose("gone again");
      await settled();
      await settled();
    };
    for (let n = 0; n < 4; n += 1) await lose();
    clock.advance(60_000);
    for (let n = 0; n < 5; n += 1) await lose();
    expect(server.connections).toHaveLength(10);
    await lose();
    expect(server.connections).toHaveLength(10);
    expect(await subscription.closed).toMatchObject({
      kind: "lost",
      error: { message: expect.stringContaining("gone again") as string },
    });
    await client.close();
  });

  it("ends with the connection where the transport opens no other", async () => {
    const { client, end } = await connectedClient(speaking());
    const changes = await client.listen(all);
    notify(end, TOOLS, {}, latestId(end));
    end.lose("gone");
    const seen: string[] = [];
    for await (const { method } of changes) seen.push(method);
    expect(seen).toEqual([TOOLS]);
    expect(await changes.closed).toMatchObject({
      kind: "lost",
      error: { message: expect.stringContaining("gone") as string },
    });
    await client.close();
  });

  it("waits longer and longer while the server refuses to be listened to", async () => {
    let refuses = false;
    const { client, server, end, clock } = await connectedClient(
      speaking((message, to) => {
        if (refuses && message.method !== "notifications/initialized")
          to.error(message.id, TowpathErrorCode.shuttingDown);
        else willing(message, to);
      }),
      { reconnect: FOREVER },
    );
    const { changes, take } = collector();
    await client.listen(all, take);
    refuses = true;
    end.lose("gone");
    const asked = (): number =>
      server
        .methods()
        .flat()
        .filter((method) => /listen|resources\/subscribe/.test(method)).length;
    const counts: number[] = [];
    for (const ms of [0, 249, 1, 499, 1]) {
      clock.advance(ms);
      await settled();
      await settled();
      counts.push(asked());
    }
    expect(counts).toEqual([2, 2, 3, 3, 4]);
    refuses = false;
    clock.advance(1_000);
    await settled();
    expect(changes).toHaveLength(2);
    await client.close();
  });

  it("is not made anew once it was closed", async () => {
    const { client, server, end } = await connectedClient(speaking(), { reconnect: FOREVER });
    const subscription = await client.listen(all, () => undefined);
    await subscription.close();
    end.lose("gone");
    await settled();
    expect(server.connections).toHaveLength(1);
    await client.close();
  });
});

describe("listening in the stateless era", () => {
  it("asks for everything it was given, and tells what is honoured of it", async () => {
    const { client, later } = await connectedClient(
      modern((message, to) => {
        acknowledge(to, message, { toolsListChanged: true, "acme/x": [1], promptsListChanged: true });
      }),
      { extensions: ACME },
    );
    const filter = { toolsListChanged: true, resourcesListChanged: true, "acme/x": [1, 2] };
    const { filter: honoured } = await client.listen(filter, () => undefined);
    expect(later()[0]?.params).toMatchObject({ notifications: filter });
    expect(honoured).toEqual({ toolsListChanged: true, "acme/x": [1] });
    await client.close();
  });

  it("delivers what belongs to the subscription, and nothing before it was acknowledged", async () => {
    const acknowledged: string[] = [];
    const { client, end } = await connectedClient(
      modern((message, to) => {
        if (message.method !== "subscriptions/listen") return;
        notify(to, TOOLS, {}, message.id ?? undefined);
        acknowledge(to, message);
      }),
      { extensions: ACME, onNotification: ({ method }) => acknowledged.push(method) },
    );
    const first = collector();
    await client.listen({ toolsListChanged: true }, first.take);
    const firstId = latestId(end);
    const second = collector();
    const acme: ChangeFilter & { readonly "acme/x": boolean } = { "acme/x": true };
    await client.listen(acme, second.take);
    notify(end, TOOLS, {}, firstId);
    notify(end, "notifications/acme/x", { _meta: { kept: 1 } }, undefined);
    end.send({
      jsonrpc: "2.0",
      method: "notifications/acme/x",
      params: { a: 1, _meta: { kept: 1, [Meta.subscriptionId]: latestId(end) ?? 0 } },
    });
    expect(first.changes).toEqual([{ method: TOOLS, params: {} }]);
    expect(second.changes).toEqual([
      { method: "notifications/acme/x", params: { a: 1, _meta: { kept: 1 } } },
    ]);
    expect(acknowledged).not.toContain("notifications/subscriptions/acknowledged");
    await client.close();
  });

  it("fails when the acknowledgement has no filter", async () => {
    const { client } = await connectedClient(modern((message, to) => acknowledge(to, message, "all")));
    await expect(client.listen(all)).rejects.toMatchObject({ name: "InvalidResultError" });
    await client.close();
  });

  it("fails when the server ends it before it acknowledged", async () => {
    const { client } = await connectedClient(
      modern(({ id }, to) => to.result(id, { resultType: "complete" })),
    );
    await expect(client.listen(all)).rejects.toMatchObject({ name: "SubscriptionEndedError" });
    await client.close();
  });

  it.each([
    ["a result", (to: FarEnd, id: RequestId | undefined) => to.result(id, { resultType: "complete" })],
    [
      "a cancellation and a result",
      (to: FarEnd, id: RequestId | undefined) => {
        to.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id ?? 0 } });
        to.result(id, { resultType: "complete" });
      },
    ],
    [
      "a cancellation alone",
      (to: FarEnd, id: RequestId | undefined) => {
        to.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id ?? 0 } });
      },
    ],
  ])("is made anew on the same connection when the server ended it with %s", async (_, endIt) => {
    const noise: string[] = [];
    const { client, server, end } = await connectedClient(ERAS.stateless(), {
      onNoise: (what) => noise.push(what),
    });
    const { changes, take } = collector();
    await client.listen(all, take);
    endIt(end, latestId(end));
    await settled();
    expect(server.methods()).toEqual([["server/discover", "subscriptions/listen", "subscriptions/listen"]]);
    expect(changes).toHaveLength(2);
    expect(noise).toEqual([]);
    await client.close();
  });

  it("ends for good when the server answers with an error", async () => {
    const { client, end } = await connectedClient(ERAS.stateless());
    const changes = await client.listen(all);
    end.error(latestId(end), -32603);
    expect(await changes.closed).toMatchObject({ kind: "lost", error: { code: -32603 } });
    await client.close();
  });

  it("tells everything anew, in place of more different changes than can wait", async () => {
    const { client, end } = await connectedClient(ERAS.stateless());
    const changes = await client.listen({ toolsListChanged: true, resourceSubscriptions: ["note://"] });
    for (let n = 0; n <= 1_024; n += 1) notify(end, UPDATED, { uri: `note://${String(n)}` }, latestId(end));
    const seen: unknown[] = [];
    for await (const { params, method } of changes) {
      seen.push(params["uri"] ?? method);
      if (params["uri"] === "note://1024") break;
    }
    expect(seen).toEqual([TOOLS, "note://", "note://1024"]);
    await client.close();
  });
});

describe("listening in the handshake era", () => {
  it("honours what the server declared", async () => {
    const { client } = await connectedClient(ERAS.handshake(), { extensions: ACME });
    const filter = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: false,
      resourceSubscriptions: ["note://1", "note://1"],
      "acme/x": true,
    };
    const changes = await client.listen(filter);
    expect(changes.filter).toEqual({ toolsListChanged: true, resourceSubscriptions: ["note://1"] });
    const bare = await connectedClient(legacy(willing, { tools: {} }), { extensions: ACME });
    expect((await bare.client.listen(filter)).filter).toEqual({});
    await Promise.all([client.close(), bare.client.close()]);
  });

  it("delivers to each subscription what it asked for, parts of a resource included", async () => {
    const { client, end } = await connectedClient(ERAS.handshake());
    const [tools, folder, note] = [collector(), collector(), collector()];
    await client.listen({ toolsListChanged: true }, tools.take);
    await client.listen({ resourceSubscriptions: ["note://folder"] }, folder.take);
    await client.listen({ resourceSubscriptions: ["note://folder/a"] }, note.take);
    for (const uri of ["note://folder/a", "note://folders", "note://folder/a#1"])
      notify(end, UPDATED, { uri });
    notify(end, TOOLS, {});
    notify(end, "notifications/resources/list_changed", {});
    notify(end, UPDATED, {});
    const urisOf = ({ changes }: { changes: readonly Change[] }): unknown[] =>
      changes.map(({ params }) => params["uri"]);
    expect(tools.changes).toEqual([{ method: TOOLS, params: {} }]);
    expect(urisOf(folder)).toEqual(["note://folder/a", "note://folder/a#1"]);
    expect(urisOf(note)).toEqual(["note://folder/a", "note://folder/a#1"]);
    await client.close();
  });

  it("subscribes to a resource once, for as long as anyone listens", async () => {
    const { client, later } = await connectedClient(ERAS.handshake());
    const filter = { resourceSubscriptions: ["note://1"] };
    const sent = (): unknown[] => later().map(({ method, params }) => [method, params?.["uri"]]);
    const subscribed = ["resources/subscribe", "note://1"];
    const unsubscribed = ["resources/unsubscribe", "note://1"];
    const [first, second] = await Promise.all([client.listen(filter), client.listen(filter)]);
    expect(sent()).toEqual([subscribed]);
    await first.close();
    await first.close();
    expect(sent()).toHaveLength(1);
    await second.close();
    expect(sent()).toEqual([subscribed, unsubscribed]);
    const third = client.listen(filter);
    await (await third).close();
    expect(sent()).toEqual([subscribed, unsubscribed, subscribed, unsubscribed]);
    await client.close();
  });

  it("leaves nothing subscribed to when one of its resources cannot be", async () => {
    const { client, later } = await connectedClient(
      ERAS.handshake(({ id, params }, to) => {
        if (params?.["uri"] === "note://bad") to.error(id, -32002);
        else to.result(id, {});
      }),
    );
    await expect(
      client.listen({ resourceSubscriptions: ["note://good", "note://bad"] }),
    ).rejects.toMatchObject({
      code: -32002,
    });
    await settled();
    expect(later().map(({ method, params }) => [method, params?.["uri"]])).toEqual([
      ["resources/subscribe", "note://good"],
      ["resources/subscribe", "note://bad"],
      ["resources/unsubscribe", "note://good"],
    ]);
    await client.close();
  });

  it("misses nothing that comes together with the answer to its request", async () => {
    const { client } = await connectedClient(
      ERAS.handshake((message, to) => {
        willing(message, to);
        if (message.method === "resources/subscribe") notify(to, UPDATED, { uri: "note://1" });
      }),
    );
    const { changes, take } = collector();
    await client.listen(all, take);
    expect(changes).toEqual([{ method: UPDATED, params: { uri: "note://1" } }]);
    await client.close();
  });
});
