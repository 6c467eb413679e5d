import { McpServer, type JsonObject } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import type { OutgoingHttpHeaders } from "node:http";
import { expect } from "vitest";
import { encoded } from "../../harness/http/headers.js";
import type { HttpClient } from "../../harness/http/http-client.js";
import type { HttpReply } from "../../harness/http/reply.js";
import { itemsOn } from "../listed.js";
import { expectMismatch } from "./headers.js";
import type { HttpBehaviours } from "./index.js";

const ARGS = { region: "us-west1", count: 42, urgent: true, place: { city: "Tartu" }, query: "any" };
const HEADERS = {
  "mcp-param-region": "us-west1",
  "mcp-param-count": "42",
  "mcp-param-urgent": "true",
  "mcp-param-city": "Tartu",
};

export const parameters = {
  "headers.param-listed": async ({ client }) => {
    const { inputSchema } = (await routeOf(client)) ?? {};
    expect(inputSchema).toMatchObject({
      properties: {
        region: { "x-mcp-header": "Region" },
        count: { "x-mcp-header": "Count" },
        urgent: { "x-mcp-header": "Urgent" },
        place: { properties: { city: { "x-mcp-header": "City" } } },
      },
    });
  },
  "headers.param-definition": async () => {
    for (const properties of AGAINST_THE_RULES) {
      const mcp = new McpServer("strict");
      const input = jsonSchema({ type: "object", properties, $defs: { marked: marked("Region") } });
      expect(() => mcp.tool("marked", { input }, () => "served")).toThrow(/marked[^]*x-mcp-header/);
    }
    await Promise.resolve();
  },
  "headers.param-matches": async ({ client }) => {
    await expectServed(await route(client));
    for (const [name, value] of Object.entries(HEADERS)) {
      for (const other of [
        undefined,
        "another",
        value.toUpperCase() === value ? "43" : value.toUpperCase(),
      ]) {
        await expectMismatch(await route(client, ARGS, { [name]: other }));
      }
    }
  },
  "headers.param-absent": async ({ client }) => {
    await expectServed(await route(client, {}, NO_HEADERS));
    const refused = await (await route(client, { region: null, place: null }, NO_HEADERS)).response();
    expect(refused).toHaveProperty("result.isError", true);
  },
  "headers.param-encoded": async ({ client }) => {
    for (const region of ["Hello, 世界", " padded ", "line1\nline2", "=?base64?literal?=", "us-west1"]) {
      await expectServed(await route(client, { ...ARGS, region }, { "mcp-param-region": encoded(region) }));
    }
    for (const header of [encoded("another"), "=?base64?SGVs!!!bG8=?=", "R\u00e9gion"]) {
      await expectMismatch(await route(client, ARGS, { "mcp-param-region": header }));
    }
    const literal = { ...ARGS, region: "=?BASE64?SGVsbG8=?=" };
    await expectServed(await route(client, literal, { "mcp-param-region": literal.region }));
  },
  "headers.param-integers": async ({ client }) => {
    for (const count of ["42", "42.0"]) {
      await expectServed(await route(client, ARGS, { "mcp-param-count": count }));
    }
    for (const count of ["43", "42.5", "forty-two", ""]) {
      await expectMismatch(await route(client, ARGS, { "mcp-param-count": count }));
    }
  },
  "headers.param-unknown": async ({ client }) => {
    await expectServed(
      await route(client, ARGS, { "mcp-param-query": "another", "mcp-param-nobody": "any" }),
    );
  },
} satisfies HttpBehaviours;

const NO_HEADERS = Object.fromEntries(Object.keys(HEADERS).map((name) => [name, undefined]));

function marked(header: string, type: string | readonly string[] = "string"): JsonObject {
  return { type, "x-mcp-header": header };
}

const AGAINST_THE_RULES: readonly JsonObject[] = [
  ...["", "My Region", "Region:Primary", "R\u00e9gion", "Region\t1", "Region\r\n"].map((name) => ({
    region: marked(name),
  })),
  ...["number", "array", "object", "null"].map((type) => ({ region: marked("Region", type) })),
  { region: marked("Region"), other: marked("REGION") },
  { regions: { type: "array", items: marked("Region") } },
  { region: { anyOf: [marked("Region")] } },
  { region: { $ref: "#/$defs/marked" } },
];

/** Calls the tool of which parameters are mirrored. */
function route(
  client: HttpClient,
  args: JsonObject = ARGS,
  headers: OutgoingHttpHeaders = {},
): Promise<HttpReply> {
  return client.call("route", args, { headers: { ...HEADERS, ...headers } });
}

async function expectServed(reply: HttpReply): Promise<void> {
  expect(await reply.result()).toMatchObject({ content: [{ text: "routed" }] });
}

async function routeOf(client: HttpClient): Promise<JsonObject | undefined> {
  let params: JsonObject = {};
  for (;;) {
    const page = await (await client.request("tools/list", params)).result();
    const found = itemsOn(page, "tools").find(({ name }) => name === "route");
    if (found !== undefined || page["nextCursor"] === undefined) return found;
    params = { cursor: page["nextCursor"] };
  }
}
