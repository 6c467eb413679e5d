/**
 * `client [--any-revision] [--fetch] <url>`: connects to a server of the conformance suite, in the revision that the
 * environment names or in whichever it finds, through `node:http` or `fetch`, and does what the scenario asks for that
 * the environment names. Its last words are `Finished`, unless something went wrong.
 */
import { parseArgs } from "node:util";
import { McpClient } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { clientOptions } from "./client/client-options.js";
import type { Told } from "./client/scenario.js";
import { scenarioOf } from "./client/scenarios.js";

const { values, positionals } = parseArgs({
  options: {
    "any-revision": { type: "boolean", default: false },
    fetch: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const [url] = positionals;
if (url === undefined)
  throw new TypeError("Say where the server is: client [--any-revision] [--fetch] <url>");

const {
  MCP_CONFORMANCE_SCENARIO: name,
  MCP_CONFORMANCE_PROTOCOL_VERSION: revision,
  MCP_CONFORMANCE_CONTEXT: context = "{}",
} = process.env;
// Written by the suite, whose version is pinned.
const told = JSON.parse(context) as Told;

const transport = streamableHttpClient(url, values.fetch ? { fetch } : {});
const client = await McpClient.connect(
  transport,
  clientOptions(values["any-revision"] ? undefined : revision),
);
try {
  await scenarioOf(name)(client, told);
} finally {
  await client.close();
}
console.log("Finished");
