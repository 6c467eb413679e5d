import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject, Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { withClient } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const REVISIONS: readonly Revision[] = ["2025-11-25", "2026-07-28"];
const DRAFT_07 = "http://json-schema.org/draft-07/schema#";
const OPEN: JsonObject = { type: "object" };

/** Calls a tool of that output schema; all that is said about it, as noise or as an error. */
async function complaints(
  revision: Revision,
  outputSchema: JsonObject,
  structuredContent: JsonObject,
): Promise<readonly string[]> {
  const said: string[] = [];
  const complete = { resultType: "complete" };
  const tools = [{ name: "tool", inputSchema: OPEN, outputSchema }];
  const { client } = await withClient(
    revision,
    {
      "tools/list": () => ({ result: { ...complete, tools } }),
      "tools/call": () => ({ result: { ...complete, content: [], structuredContent } }),
    },
    { onNoise: (what) => said.push(what) },
  );
  await client.callTool("tool").catch((error: unknown) => said.push(String(error)));
  await client.close();
  return said;
}

describe.each(REVISIONS)("the schemas of a server in revision %s", (revision) => {
  it(req("schemas.client-dialects"), async () => {
    const pair = { pair: ["not a number"] };
    const latest = { ...OPEN, properties: { pair: { prefixItems: [{ type: "number" }] } } };
    const draft = { ...OPEN, properties: { pair: { items: [{ type: "number" }] } } };
    expect(await complaints(revision, latest, pair)).toEqual([expect.stringContaining("does not fit")]);
    expect(await complaints(revision, { ...latest, $schema: DRAFT_07 }, pair)).toEqual([]);
    expect(await complaints(revision, { ...draft, $schema: DRAFT_07 }, pair)).toEqual([
      expect.stringContaining("does not fit"),
    ]);
  });

  it(req("schemas.client-unknown-dialect"), async () => {
    const $schema = "https://example.org/dialect";
    expect(await complaints(revision, { ...OPEN, $schema }, {})).toEqual([
      expect.stringContaining(`"${$schema}" is not supported`),
    ]);
  });
});

describe("the schemas of a server in the stateless era", () => {
  it(req("schemas.client-no-fetching"), async () => {
    let fetched = 0;
    const elsewhere = createServer((_request, response) => {
      fetched += 1;
      response.end("{}");
    });
    await new Promise<void>((listening) => elsewhere.listen(0, "127.0.0.1", listening));
    const { port } = elsewhere.address() as AddressInfo; // it listens on a port
    const $ref = `http://127.0.0.1:${String(port)}/schema.json`;
    const said = await complaints("2026-07-28", { ...OPEN, properties: { a: { $ref } } }, { a: 1 });
    await new Promise((closed) => elsewhere.close(closed));
    expect(said).toEqual([expect.stringContaining($ref)]);
    expect(fetched).toBe(0);
  });

  it(`${req("schemas.client-bounds")} (depth)`, async () => {
    let schema: JsonObject = OPEN;
    for (let depth = 0; depth < 200; depth += 1) schema = { allOf: [schema] };
    expect(await complaints("2026-07-28", schema, {})).toEqual([expect.stringContaining("maxSchemaDepth")]);
  });

  it(`${req("schemas.client-bounds")} (cost)`, async () => {
    const $defs: Record<string, JsonObject> = { d40: { type: "string" } };
    for (let level = 0; level < 40; level += 1) {
      const $ref = `#/$defs/d${String(level + 1)}`;
      $defs[`d${String(level)}`] = { anyOf: [{ $ref }, { $ref }] };
    }
    const said = await complaints("2026-07-28", { $defs, $ref: "#/$defs/d0" }, {});
    expect(said).toEqual([expect.stringContaining("maxSteps")]);
  });
});
