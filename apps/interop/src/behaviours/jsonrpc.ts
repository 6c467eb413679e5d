import { expect } from "vitest";
import { isResponseTo } from "../harness/client.js";
import { kindsOf, type Message } from "../harness/inbox.js";
import { ask, calling } from "./asking.js";
import type { Behaviours } from "./behaviours.js";

const isRefusal = (message: Message): boolean => message.error !== undefined;
const withoutId = (message: Message): boolean =>
  message.method === undefined && (message.id === undefined || message.id === null);

const isPing = ({ method }: Message): boolean => method === "ping";

export const jsonrpc = {
  "jsonrpc.messages": async ({ client }) => {
    const meta = { progressToken: "every kind" };
    const reporting = client.sendCall("report", { values: [1, 2] }, { meta });
    const reported = await client.peer.until(isResponseTo(reporting));
    const messages = [...reported, await client.request("nothing/known")];
    expect(new Set(messages.flatMap(kindsOf))).toEqual(new Set(["method", "result", "error"]));
    for (const message of messages) {
      expect(message).toHaveProperty("jsonrpc", "2.0");
      expect(kindsOf(message)).toHaveLength(1);
    }
  },
  "jsonrpc.server-ids": async ({ client }) => {
    const calls = ["one", "two", "three"].map((id) => client.sendCall("ping_client", {}, { id }));
    const ids: unknown[] = [];
    while (ids.length < calls.length) {
      const { id = null } = await client.peer.next(isPing);
      ids.push(id);
      client.peer.send({ jsonrpc: "2.0", id, result: {} });
    }
    for (const call of calls) expect(await client.response(call)).toHaveProperty("result");
    expect(new Set(ids).size).toBe(calls.length);
    expect(ids.filter((id) => typeof id !== "string" && !Number.isInteger(id))).toEqual([]);
  },
  "jsonrpc.response-id": async ({ client }) => {
    const asNumber = client.sendCall("echo", { text: "number" }, { id: 7 });
    const asString = client.sendCall("echo", { text: "string" }, { id: "7" });
    expect(await client.response(asString)).toMatchObject({
      id: "7",
      result: { content: [{ text: "string" }] },
    });
    expect(await client.response(asNumber)).toMatchObject({
      id: 7,
      result: { content: [{ text: "number" }] },
    });
  },
  "jsonrpc.null-id": async ({ client }) => {
    client.peer.send({ ...client.message("tools/list"), id: null });
    expect(await client.peer.next(withoutId)).toMatchObject({ error: { code: -32600 } });
  },
  "jsonrpc.id-type": async ({ client }) => {
    for (const id of [1.5, true, {}, []]) {
      client.peer.send({ ...client.message("tools/list"), id });
      expect(await client.peer.next(withoutId)).toMatchObject({ error: { code: -32600 } });
    }
  },
  "jsonrpc.parse-error": async ({ client }) => {
    client.peer.send({ raw: "this is no JSON" });
    expect(await client.peer.next(withoutId)).toMatchObject({ error: { code: -32700 } });
    expect(await client.text("echo", { text: "goes on" })).toBe("goes on");
  },
  "jsonrpc.parse-error-id": async ({ client }) => {
    const text = JSON.stringify(client.message("tools/list", {}, { id: "torn" }));
    client.peer.send({ raw: text.slice(0, -1) });
    expect(await client.response("torn")).toMatchObject({ error: { code: -32700 } });
  },
  "jsonrpc.invalid-request": async ({ client }) => {
    const request = client.message("tools/list", {}, { id: "invalid" });
    for (const invalid of [
      { ...request, jsonrpc: "1.0" },
      { ...request, method: 5 },
      { jsonrpc: "2.0", id: "invalid" },
    ]) {
      client.peer.send(invalid);
      expect(await client.response("invalid")).toMatchObject({ error: { code: -32600 } });
    }
    client.peer.send(5);
    expect(await client.peer.next(withoutId)).toMatchObject({ error: { code: -32600 } });
  },
  "jsonrpc.unreadable-id-null": async ({ client }) => {
    client.peer.send({ raw: "{" });
    expect(await client.peer.next(isRefusal)).toHaveProperty("id", null);
  },
  "jsonrpc.unreadable-id-absent": async ({ client }) => {
    client.peer.send({ raw: "{" });
    expect(await client.peer.next(isRefusal)).not.toHaveProperty("id");
  },
  "jsonrpc.method-not-found": async ({ client }) => {
    for (const method of ["nothing/known", "toString", "__proto__", ""]) {
      expect(await client.request(method)).toMatchObject({ error: { code: -32601 } });
    }
  },
  "jsonrpc.invalid-params": async ({ client }) => {
    const answer = await client.request("tools/list", { cursor: 5 });
    expect(answer).toMatchObject({
      error: { code: -32602, message: expect.stringContaining("cursor") as string },
    });
  },
  "jsonrpc.error-object": async ({ client }) => {
    const answer = await client.request("nothing/known");
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.code).toSatisfy(Number.isInteger);
    expect(answer.error?.message).toEqual(expect.any(String));
  },
  "jsonrpc.notification-unanswered": async ({ client }) => {
    await client.settled();
    client.notify("notifications/roots/list_changed");
    client.notify("notifications/unknown", { some: "thing" });
    client.notify("notifications/cancelled");
    client.notify("tools/list");
    expect(await client.settled()).toEqual([]);
  },
  "jsonrpc.retired-codes": async ({ client }) => {
    const missing = await client.request("resources/read", { uri: "note://nowhere/at/all" });
    expect(missing).toMatchObject({ error: { code: -32602 } });
    expect(await ask(client, calling("need_url"))).toHaveProperty("result.resultType", "input_required");
    expect(await client.call("need_url")).toMatchObject({ error: { code: -32021 } });
  },
  "jsonrpc.own-error-codes": async (trial) => {
    const client = await trial.fresh({ limits: { maxInFlight: 1, maxQueued: 1 }, gracePeriodMs: 10 });
    const [first, second, third] = ["first", "second", "third"].map((key) =>
      client.sendCall("wait", { key }, { id: key }),
    );
    const busy = await client.response(third ?? "");
    expect(busy.error?.message).toContain("not begun");
    expect(busy.error?.code).not.toSatisfy((code: number) => code >= -32768 && code <= -32000);
    client.cancel(first ?? "");
    client.cancel(second ?? "");
  },
} satisfies Behaviours;
