import { AuthorizationError } from "@towpath/transport-http";
import { expect, it } from "vitest";
import { describeInChromium } from "./describe-in-chromium.js";
import type { Visit } from "./visit.js";

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const JSON_HEADERS = { accept: "application/json, text/event-stream", "content-type": "application/json" };
const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "page", version: "1" } },
};
const STATELESS = "2026-07-28";
const META = {
  "io.modelcontextprotocol/protocolVersion": STATELESS,
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "page", version: "1" },
};
const WEATHER = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "weather", arguments: { region: "north" }, _meta: META },
};

/** What a page gets with the browser's own fetch; rejects with what fetch rejects with there. */
function fetchIn(visited: Visit, call: Call): Promise<Read> {
  const init = { method: "POST", ...call, body: call.body && JSON.stringify(call.body) };
  return visited.run(
    async ([target, { body, ...rest }]) => {
      const response = await fetch(target, { ...rest, ...(body !== undefined && { body }) });
      const headers = Object.fromEntries(response.headers);
      return { status: response.status, headers, text: await response.text() };
    },
    [visited.url, init] as const,
  );
}

describeInChromium("a page that calls a server of another origin", (visit) => {
  it("may send every header of the protocol, and read the session's", async () => {
    const visited = await visit();
    const begun = await fetchIn(visited, { headers: JSON_HEADERS, body: INITIALIZE });
    const id = begun.headers["mcp-session-id"] ?? "";
    expect([begun.status, id]).toEqual([200, expect.stringMatching(/./)]);
    const session = { "mcp-session-id": id, "mcp-protocol-version": "2025-11-25" };
    const resumed = await fetchIn(visited, {
      method: "GET",
      headers: {
        ...session,
        accept: "text/event-stream",
        "last-event-id": "00000000-0000-4000-8000-000000000000.1",
      },
    });
    expect(resumed.status).toBe(410);
    const ended = await fetchIn(visited, { method: "DELETE", headers: session });
    expect([ended.status, ended.text]).toEqual([204, ""]);
  });

  it("may repeat what is in the message in headers, whatever a tool's author has called them", async () => {
    const headers = {
      ...JSON_HEADERS,
      authorization: "Bearer right",
      "mcp-protocol-version": STATELESS,
      "mcp-method": "tools/call",
      "mcp-name": "weather",
      "mcp-param-region": "north",
    };
    const visited = await visit();
    const { status, text } = await fetchIn(visited, { headers, body: WEATHER });
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { result: { content: [{ text: "rain in north" }] } },
    ]);
  });

  it("may read why it was refused, and what it is asked for", async () => {
    const visited = await visit({
      authorize: () => {
        throw new AuthorizationError(401, "The token is wrong", 'Bearer error="invalid_token"');
      },
    });
    const headers = { ...JSON_HEADERS, authorization: "Bearer wrong" };
    const { status, headers: read } = await fetchIn(visited, { headers, body: INITIALIZE });
    expect([status, read["www-authenticate"]]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it("gets nothing if its origin is not allowed", async () => {
    const visited = await visit({ host: "other.example" });
    const called = fetchIn(visited, { headers: JSON_HEADERS, body: INITIALIZE });
    await expect(called).rejects.toThrow("Failed to fetch");
  });
});
