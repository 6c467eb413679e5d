import { expect } from "vitest";
import { APP, BYTES } from "../fixtures/reference-resources.js";
import { isNotification, type RawClient } from "../harness/client.js";
import type { Message } from "../harness/inbox.js";
import type { Behaviours } from "./behaviours.js";
import { allOf, itemNamed } from "./listed.js";

const isUpdate = isNotification("notifications/resources/updated");

export const resources = {
  "resources.capability": async ({ introduction }) => {
    expect(introduction).toMatchObject({
      result: { capabilities: { resources: { listChanged: true, subscribe: true } } },
    });
  },
  "resources.list": async ({ client }) => {
    const listed = await allOf(client, "resources");
    const uris = listed.map(({ uri }) => uri);
    expect(uris).toEqual(expect.arrayContaining([APP, "blob://bytes", "note://1", "note://10"]));
    expect(new Set(uris).size).toBe(uris.length);
    for (const { uri, name } of listed) {
      expect(uri).toSatisfy((text: string) => URL.canParse(text));
      expect(name).not.toBe("");
    }
    expect(listed[0]).toMatchObject({
      uri: APP,
      name: "app",
      description: "The settings of the app",
      mimeType: "application/json",
    });
  },
  "resources.list-independent": async (trial) => {
    const other = await trial.other();
    await read(trial.client, "note://1");
    expect(await allOf(trial.client, "resources")).toEqual(await allOf(other, "resources"));
  },
  "resources.templates": async ({ client }) => {
    const listed = await allOf(client, "templates");
    const templates = listed.map(({ uriTemplate }) => uriTemplate);
    expect(new Set(templates).size).toBe(templates.length);
    expect(listed[0]).toMatchObject({ uriTemplate: "note://{id}", name: "note", mimeType: "text/plain" });
  },
  "resources.annotations": async ({ client }) => {
    expect(await itemNamed(client, "resources", "app")).toMatchObject({
      annotations: { audience: ["user"], priority: 0.5 },
    });
  },
  "resources.title": async ({ client }) => {
    expect(await itemNamed(client, "resources", "app")).toMatchObject({
      title: "Settings",
      annotations: { lastModified: "2025-01-12T15:00:58Z" },
    });
    expect(await itemNamed(client, "templates", "note")).toHaveProperty("title", "Note");
  },
  "resources.icons": async ({ client }) => {
    const icons = [{ src: expect.stringMatching(/^data:/) as string, mimeType: "image/png" }];
    expect(await itemNamed(client, "resources", "app")).toMatchObject({ icons });
    expect(await itemNamed(client, "templates", "note")).toMatchObject({ icons });
  },
  "resources.older-revisions": async ({ client }) => {
    expect(await itemNamed(client, "resources", "app")).toEqual({
      uri: APP,
      name: "app",
      description: "The settings of the app",
      mimeType: "application/json",
      annotations: { audience: ["user"], priority: 0.5 },
    });
  },
  "resources.read-text": async ({ client }) => {
    expect(await read(client, "text://plain")).toMatchObject({
      result: { contents: [{ uri: "text://plain", mimeType: "text/plain", text: "plain text" }] },
    });
    expect(await read(client, APP)).toMatchObject({
      result: { contents: [{ uri: APP, mimeType: "application/json", text: '{"theme":"dark"}' }] },
    });
  },
  "resources.read-binary": async ({ client }) => {
    const blob = btoa(String.fromCharCode(...BYTES));
    const { result } = await read(client, "blob://bytes");
    expect(result).toMatchObject({
      contents: [{ uri: "blob://bytes", mimeType: "application/octet-stream", blob }],
    });
    expect(result).not.toHaveProperty("contents.0.text");
  },
  "resources.read-several": async ({ client }) => {
    expect(await read(client, "many://parts")).toMatchObject({
      result: {
        contents: [
          { uri: "many://parts/1", text: "first" },
          { uri: "many://parts/2", mimeType: "image/png", blob: expect.any(String) as string },
        ],
      },
    });
  },
  "resources.read-template": async ({ client }) => {
    expect(await read(client, "note://10")).toMatchObject({
      result: { contents: [{ uri: "note://10", mimeType: "text/plain", text: "ten" }] },
    });
    const uri = `note://${encodeURIComponent("čaj & tea")}`;
    expect(await read(client, uri)).toMatchObject({ result: { contents: [{ uri, text: "drinks" }] } });
  },
  "resources.not-found-legacy": ({ client }) => expectNotFound(client, -32002),
  "resources.not-found": ({ client }) => expectNotFound(client, -32602),
  "resources.never-empty": async ({ client }) => {
    for (const uri of ["nowhere://at/all", "note://99"]) {
      const answer = await read(client, uri);
      expect(answer).toHaveProperty("error");
      expect(answer).not.toHaveProperty("result");
    }
  },
  "resources.internal-error": async ({ client }) => {
    expect(await read(client, "broken://one")).toMatchObject({ error: { code: -32603 } });
  },
  "resources.invalid-uri": async ({ client }) => {
    for (const params of [{}, { uri: 5 }, { uri: null }, { uri: "no uri" }, { uri: "" }]) {
      expect(await client.request("resources/read", params)).toMatchObject({ error: { code: -32602 } });
    }
  },
  "resources.list-changed": async ({ client }) => {
    await client.settled();
    for (const [tool, isThere] of [
      ["add_resource", true],
      ["remove_resource", false],
    ] as const) {
      await client.call(tool, { text: "new://comer" });
      await client.peer.next(isNotification("notifications/resources/list_changed"));
      expect((await itemNamed(client, "resources", "new://comer")) !== undefined).toBe(isThere);
    }
  },
  "resources.subscribe": async ({ client }) => {
    for (const uri of [APP, "note://1"]) {
      expect(await client.request("resources/subscribe", { uri })).toHaveProperty("result");
      expect(await updates(client, uri)).toEqual([uri]);
      await client.request("resources/unsubscribe", { uri });
    }
  },
  "resources.subscribed-only": async (trial) => {
    const { client } = trial;
    await client.request("resources/subscribe", { uri: "note://1" });
    expect(await updates(client, "note://2", "note://10", APP)).toEqual([]);
    await client.request("resources/unsubscribe", { uri: "note://1" });
    expect(await updates(await trial.other(), "note://1")).toEqual([]);
  },
  "resources.unsubscribe": async ({ client }) => {
    await client.request("resources/subscribe", { uri: "note://1" });
    await client.request("resources/subscribe", { uri: "note://2" });
    expect(await client.request("resources/unsubscribe", { uri: "note://1" })).toHaveProperty("result");
    expect(await updates(client, "note://1", "note://2")).toEqual(["note://2"]);
    await client.request("resources/unsubscribe", { uri: "note://2" });
  },
  "resources.subscribe-unknown": async ({ client }) => {
    for (const params of [{}, { uri: 5 }, { uri: "no uri" }]) {
      expect(await client.request("resources/subscribe", params)).toMatchObject({ error: { code: -32602 } });
    }
  },
} satisfies Behaviours;

function read(client: RawClient, uri: string): Promise<Message> {
  return client.request("resources/read", { uri });
}

async function expectNotFound(client: RawClient, code: number): Promise<void> {
  for (const uri of ["nowhere://at/all", "note://99"]) {
    expect(await read(client, uri)).toMatchObject({ error: { code, data: { uri } } });
  }
}

/** Lets these resources change, and tells of which changes the client has heard. */
async function updates(client: RawClient, ...uris: readonly string[]): Promise<readonly unknown[]> {
  await client.settled();
  for (const uri of uris) await client.call("touch", { text: uri });
  return (await client.settled()).filter(isUpdate).map(({ params }) => params?.["uri"]);
}
