import { LOG_LEVELS, Meta, type JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { isNotification, isResponseTo, type RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";

const isLog = isNotification("notifications/message");

export const logging = {
  "logging.capability": async ({ introduction }) => {
    expect(introduction).toHaveProperty("result.capabilities.logging");
  },
  "logging.set-level": async ({ client }) => {
    for (const [at, level] of LOG_LEVELS.entries()) {
      expect(await client.request("logging/setLevel", { level })).toHaveProperty("result", {});
      expect(await levelsLogged(client)).toEqual(LOG_LEVELS.slice(at));
    }
  },
  "logging.invalid-level": async ({ client }) => {
    const refused = client.isStateless
      ? await client.call("log_all", {}, { meta: { [Meta.logLevel]: "loud" } })
      : await client.request("logging/setLevel", { level: "loud" });
    expect(refused).toMatchObject({ error: { code: -32602 } });
  },
  "logging.per-request": async ({ client }) => {
    for (const [at, level] of LOG_LEVELS.entries()) {
      expect(await levelsLogged(client, { [Meta.logLevel]: level })).toEqual(LOG_LEVELS.slice(at));
    }
  },
  "logging.only-asked": async ({ client }) => {
    expect(await levelsLogged(client, { [Meta.logLevel]: "error" })).not.toEqual([]);
    expect(await levelsLogged(client)).toEqual([]);
  },
  "logging.not-on-subscriptions": async ({ client }) => {
    const meta = { [Meta.logLevel]: "debug" };
    const listening = client.send(
      "subscriptions/listen",
      { notifications: { toolsListChanged: true } },
      { meta },
    );
    await client.peer.next(isNotification("notifications/subscriptions/acknowledged"));
    expect(await levelsLogged(client)).toEqual([]);
    const calling = client.sendCall("log_all", {}, { meta });
    const logged = (await client.peer.until(isResponseTo(calling))).filter(isLog);
    expect(logged).toHaveLength(LOG_LEVELS.length);
    for (const { params } of logged) expect(params).not.toHaveProperty(["_meta", Meta.subscriptionId]);
    client.cancel(listening);
  },
  "logging.format": async ({ client }) => {
    if (!client.isStateless) await client.request("logging/setLevel", { level: "error" });
    const meta = client.isStateless ? { [Meta.logLevel]: "error" } : {};
    const id = client.sendCall("log_all", {}, { meta });
    const logged = (await client.peer.until(isResponseTo(id))).filter(isLog);
    expect(logged.map(({ params }) => params)).toMatchObject(
      LOG_LEVELS.slice(LOG_LEVELS.indexOf("error")).map((level) => ({
        level,
        data: expect.anything() as unknown,
      })),
    );
  },
} satisfies Behaviours;

async function levelsLogged(client: RawClient, meta: JsonObject = {}): Promise<readonly unknown[]> {
  const id = client.sendCall("log_all", {}, { meta });
  const messages = await client.peer.until(isResponseTo(id));
  return messages.filter(isLog).map(({ params }) => params?.["level"]);
}
