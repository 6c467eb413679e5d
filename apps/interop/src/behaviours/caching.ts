import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { APP, APP_HINTS } from "../fixtures/reference-resources.js";
import type { RawClient } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";
import { pagesOf, type ListName } from "./listed.js";

export const caching = {
  "caching.discover": async ({ client }) => {
    expectHints((await client.request("server/discover")).result);
  },
  "caching.tools-list": ({ client }) => expectHintsOn(client, "tools"),
  "caching.prompts-list": ({ client }) => expectHintsOn(client, "prompts"),
  "caching.resources-list": ({ client }) => expectHintsOn(client, "resources"),
  "caching.templates-list": ({ client }) => expectHintsOn(client, "templates"),
  "caching.read": async ({ client }) => {
    const read = async (uri: string) => (await client.request("resources/read", { uri })).result;
    for (const uri of [APP, "note://1"]) expectHints(await read(uri));
    expect(await read(APP)).toMatchObject(APP_HINTS);
  },
  "caching.pages": async ({ client }) => {
    for (const list of ["tools", "prompts", "resources", "templates"] as const) {
      const scopes = (await pagesOf(client, list)).map((page) => page["cacheScope"]);
      expect(scopes.length).toBeGreaterThan(1);
      expect(new Set(scopes).size).toBe(1);
    }
  },
} satisfies Behaviours;

async function expectHintsOn(client: RawClient, list: ListName): Promise<void> {
  for (const page of await pagesOf(client, list)) expectHints(page);
}

function expectHints(result: JsonObject | undefined): void {
  expect(result?.["ttlMs"]).toSatisfy((ttl: number) => Number.isInteger(ttl) && ttl >= 0);
  expect(result?.["cacheScope"]).toMatch(/^(public|private)$/);
}
