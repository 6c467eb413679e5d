import { expect } from "vitest";
import { ABLE, INFO, isResponseTo } from "../harness/client.js";
import { isRequest } from "./asking.js";
import type { Behaviours } from "./behaviours.js";

export const lifecycle = {
  "lifecycle.initialize-first": async (trial) => {
    const client = await trial.stranger();
    for (const method of ["tools/list", "tools/call", "logging/setLevel"]) {
      expect(await client.request(method, { name: "echo" })).toMatchObject({ error: { code: -32600 } });
    }
    expect(await client.introduce()).toHaveProperty("result");
  },
  "lifecycle.ping-before-initialize": async (trial) => {
    const client = await trial.stranger();
    expect(await client.request("ping")).toMatchObject({ result: {} });
  },
  "lifecycle.server-introduction": async ({ introduction, revision }) => {
    expect(introduction).toMatchObject({
      result: {
        protocolVersion: revision,
        capabilities: { tools: {} },
        serverInfo: { name: "reference", version: "1.2.3" },
        instructions: "Call echo.",
      },
    });
  },
  "lifecycle.before-initialized": async (trial) => {
    const client = await trial.stranger();
    const params = { protocolVersion: trial.revision, capabilities: ABLE, clientInfo: INFO };
    expect(await client.request("initialize", params)).toHaveProperty("result");
    expect((await client.settled()).filter(isRequest)).toEqual([]);
  },
  "lifecycle.version-agreed": async ({ introduction, revision }) => {
    expect(introduction).toMatchObject({ result: { protocolVersion: revision } });
  },
  "lifecycle.version-offered": async (trial) => {
    const client = await trial.stranger({ revisions: ["2024-11-05", trial.revision] });
    const params = { protocolVersion: "1999-12-31", capabilities: {}, clientInfo: INFO };
    expect(await client.request("initialize", params)).toMatchObject({
      result: { protocolVersion: trial.revision },
    });
  },
  "lifecycle.malformed-initialize": async (trial) => {
    const client = await trial.stranger();
    const proper = { protocolVersion: trial.revision, capabilities: {}, clientInfo: INFO };
    for (const missing of ["protocolVersion", "capabilities", "clientInfo"]) {
      const params = Object.fromEntries(Object.entries(proper).filter(([name]) => name !== missing));
      expect(await client.request("initialize", params)).toMatchObject({
        error: { code: -32602, message: expect.stringContaining(missing) as string },
      });
    }
    expect(await client.introduce()).toHaveProperty("result");
  },
  "lifecycle.ping": async ({ client }) => {
    const waiting = client.sendCall("wait", { key: "ping" });
    expect(await client.request("ping")).toHaveProperty("result", {});
    await client.call("release", { key: "ping" });
    await client.response(waiting);
  },
  "lifecycle.ping-when-busy": async (trial) => {
    const client = await trial.fresh({ limits: { maxInFlight: 1 }, gracePeriodMs: 10 });
    const serving = client.sendCall("wait", { key: "busy" });
    const waiting = client.sendCall("echo", { text: "later" });
    expect(await client.request("ping")).toHaveProperty("result", {});
    client.cancel(serving);
    // What waits is served then, or was refused at once.
    expect(await client.response(waiting)).toHaveProperty("id", waiting);
  },
  "lifecycle.ping-from-server": async ({ client }) => {
    const calling = client.sendCall("ping_client");
    const ping = await client.peer.next(({ method }) => method === "ping");
    expect(ping.id).toEqual(expect.anything());
    client.peer.send({ jsonrpc: "2.0", id: ping.id ?? null, result: {} });
    expect(await client.response(calling)).toMatchObject({ result: { content: [{ text: "pinged" }] } });
  },
  "stdio.pipelined": async (trial) => {
    const client = await trial.stranger();
    const params = { protocolVersion: trial.revision, capabilities: {}, clientInfo: INFO };
    const greeting = client.send("initialize", params);
    client.notify("notifications/initialized");
    const calls = ["one", "two", "three"].map((text) => client.sendCall("echo", { text }, { id: text }));
    const messages = await client.peer.until(isResponseTo("three"));
    expect(messages.map(({ id }) => id)).toEqual([greeting, ...calls]);
    expect(messages.every(({ result }) => result !== undefined)).toBe(true);
  },
} satisfies Behaviours;
