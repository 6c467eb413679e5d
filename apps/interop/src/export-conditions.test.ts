import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const cwd = fileURLToPath(new URL("..", import.meta.url)); // from where the packages are found by name

const code = (name: string, client: string, server: string): string => `
  const entry = await import("${name}");
  const file = import.meta.resolve("${name}").split("/").at(-1);
  console.log(JSON.stringify({ file, client: typeof entry.${client}, server: typeof entry.${server} }));
`;

const HTTP = code("@towpath/transport-http", "streamableHttpClient", "streamableHttp");
const SSE = code("@towpath/transport-sse", "sseClient", "sse");
const WS = code("@towpath/transport-ws", "webSocketClient", "webSocket");

/** What a runtime of these conditions gets for the name of the package. */
async function resolved(script: string, conditions: readonly string[]): Promise<unknown> {
  const flags = conditions.map((condition) => `--conditions=${condition}`);
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "-e", script], { cwd });
  return JSON.parse(stdout);
}

describe.concurrent("@towpath/transport-http, by the conditions of a runtime", () => {
  it.each([
    ["on Node", [], "index.js", "function"],
    ["in browsers", ["browser"], "browser.js", "undefined"],
    ["in workers", ["workerd"], "fetch.js", "undefined"],
    ["at the edge", ["edge-light"], "fetch.js", "undefined"],
    ["in Deno", ["deno"], "bun-deno.js", "function"],
    ["in Bun", ["bun"], "bun-deno.js", "function"],
    ["in workers, for bundlers that know both", ["workerd", "browser"], "fetch.js", "undefined"],
  ])("%s has a client, and a server that listens where one can", async (_, conditions, file, server) => {
    expect(await resolved(HTTP, conditions)).toEqual({ file, client: "function", server });
  });
});

describe.concurrent("@towpath/transport-sse, by the conditions of a runtime", () => {
  it.each([
    ["on Node", [], "index.js"],
    ["in browsers", ["browser"], "browser.js"],
    ["in workers", ["workerd"], "fetch.js"],
    ["at the edge", ["edge-light"], "fetch.js"],
    ["in Deno", ["deno"], "bun-deno.js"],
    ["in Bun", ["bun"], "bun-deno.js"],
  ])("%s has a client", async (_, conditions, file) => {
    expect(await resolved(SSE, conditions)).toMatchObject({ file, client: "function" });
  });
});

describe.concurrent("@towpath/transport-ws, by the conditions of a runtime", () => {
  it.each([
    ["on Node", [], "index.js", "function"],
    ["in browsers", ["browser"], "browser.js", "undefined"],
    ["in workers", ["workerd"], "browser.js", "undefined"],
    ["at the edge", ["edge-light"], "browser.js", "undefined"],
    ["in Deno", ["deno"], "bun-deno.js", "function"],
    ["in Bun", ["bun"], "bun-deno.js", "function"],
  ])("%s has a client, and a server where one can listen", async (_, conditions, file, server) => {
    expect(await resolved(WS, conditions)).toEqual({ file, client: "function", server });
  });
});
