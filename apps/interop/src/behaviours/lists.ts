import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { PAGE_SIZE } from "../fixtures/reference-server.js";
import type { RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";
import { allOf, itemsOn, LISTS, pagesOf, type ListName } from "./listed.js";

const namesOn = (page: JsonObject | undefined) => itemsOn(page, "tools").map(({ name }) => name);

export const pagination = {
  "pagination.pages": async ({ client }) => {
    const found = await pagesOf(client, "tools");
    expect(found.length).toBeGreaterThan(2);
    for (const page of found.slice(0, -1)) expect(itemsOn(page, "tools")).toHaveLength(PAGE_SIZE);
    const names = found.flatMap(namesOn);
    expect(new Set(names).size).toBe(names.length);
    expect(found.at(-1)).not.toHaveProperty("nextCursor");
  },
  "pagination.stable-cursor": async ({ client }) => {
    await client.call("add_tool", { text: "early" });
    const before = (await allOf(client, "tools")).map(({ name }) => name);
    const { result } = await client.request("tools/list");
    const cursor = result?.["nextCursor"];
    expect(cursor).toEqual(expect.any(String));
    const second = await secondPage(client, cursor);
    await client.call("remove_tool", { text: "early" });
    await client.call("add_tool", { text: "late" });
    expect(await secondPage(client, cursor)).toEqual(second);
    const after = (await allOf(client, "tools")).map(({ name }) => name);
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
  "pagination.every-list": async ({ client }) => {
    const first = new Map<ListName, JsonObject[string]>();
    for (const list of ["resources", "templates", "prompts"] as const) {
      const found = await pagesOf(client, list);
      expect(found.length).toBeGreaterThan(1);
      for (const page of found.slice(0, -1)) expect(itemsOn(page, list)).toHaveLength(PAGE_SIZE);
      first.set(list, found[0]?.["nextCursor"]);
    }
    for (const [list, cursor] of first) {
      for (const [other, foreign] of first) {
        const answer = await client.request(LISTS[list].method, { cursor: foreign });
        expect(answer).toHaveProperty(list === other ? "result" : "error");
        expect(cursor).toEqual(expect.any(String));
      }
      expect(await client.request(LISTS[list].method, { cursor: "nonsense" })).toMatchObject({
        error: { code: -32602 },
      });
    }
  },
} satisfies Behaviours;

async function secondPage(client: RawClient, cursor: JsonObject[string]): Promise<readonly unknown[]> {
  return namesOn((await client.request("tools/list", { cursor })).result);
}
