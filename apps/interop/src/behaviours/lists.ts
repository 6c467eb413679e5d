import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { PAGE_SIZE } from "../fixtures/reference-server.js";
import type { RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";
import { allTools, pages, toolsOn } from "./listed-tools.js";

const namesOn = (page: JsonObject | undefined) => toolsOn(page).map(({ name }) => name);

export const pagination = {
  "pagination.pages": async ({ client }) => {
    const found = await pages(client);
    expect(found.length).toBeGreaterThan(2);
    for (const page of found.slice(0, -1)) expect(toolsOn(page)).toHaveLength(PAGE_SIZE);
    const names = found.flatMap(namesOn);
    expect(new Set(names).size).toBe(names.length);
    expect(found.at(-1)).not.toHaveProperty("nextCursor");
  },
  "pagination.stable-cursor": async ({ client }) => {
    await client.call("add_tool", { text: "early" });
    const before = (await allTools(client)).map(({ name }) => name);
    const { result } = await client.request("tools/list");
    const cursor = result?.["nextCursor"];
    expect(cursor).toEqual(expect.any(String));
    const second = await secondPage(client, cursor);
    await client.call("remove_tool", { text: "early" });
    await client.call("add_tool", { text: "late" });
    expect(await secondPage(client, cursor)).toEqual(second);
    const after = (await allTools(client)).map(({ name }) => name);
    expect(after).toEqual([...before.filter((name) => name !== "early"), "late"]);
    await client.call("remove_tool", { text: "late" });
    await client.settled();
  },
  "pagination.invalid-cursor": async ({ client }) => {
    for (const cursor of [
      "",
      "nonsense",
      btoa('{"list":"tools","place":-1}'),
      btoa('{"list":"other","place":1}'),
    ]) {
      expect(await client.request("tools/list", { cursor })).toMatchObject({ error: { code: -32602 } });
    }
  },
} satisfies Behaviours;

export const caching = {
  "caching.discover": async ({ client }) => {
    expectHints((await client.request("server/discover")).result);
  },
  "caching.tools-list": async ({ client }) => {
    for (const page of await pages(client)) expectHints(page);
  },
  "caching.pages": async ({ client }) => {
    const scopes = (await pages(client)).map((page) => page["cacheScope"]);
    expect(new Set(scopes).size).toBe(1);
  },
} satisfies Behaviours;

async function secondPage(client: RawClient, cursor: JsonObject[string]): Promise<readonly unknown[]> {
  return namesOn((await client.request("tools/list", { cursor })).result);
}

function expectHints(result: JsonObject | undefined): void {
  expect(result?.["ttlMs"]).toSatisfy((ttl: number) => Number.isInteger(ttl) && ttl >= 0);
  expect(result?.["cacheScope"]).toMatch(/^(public|private)$/);
}
