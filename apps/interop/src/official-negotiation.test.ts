import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from "@modelcontextprotocol/client";
import type { Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { HttpServer } from "./harness/http/http-server.js";
import { req } from "./requirements/index.js";
import { HANDSHAKE, STATELESS } from "./requirements/requirement.js";

const MODERN = STATELESS;
const LEGACY = HANDSHAKE;
const DUAL = [...HANDSHAKE, ...STATELESS] as const;
const PIN = { pin: "2026-07-28" };

type Works = readonly [
  title: string,
  mode: VersionNegotiationMode,
  server: readonly Revision[],
  revision: Revision,
];
type Fails = readonly [title: string, mode: VersionNegotiationMode, server: readonly Revision[]];

const works: readonly Works[] = [
  [req("matrix.modern-modern"), PIN, MODERN, "2026-07-28"],
  [req("matrix.modern-dual"), PIN, DUAL, "2026-07-28"],
  [req("matrix.dual-modern"), "auto", MODERN, "2026-07-28"],
  [req("matrix.dual-legacy"), "auto", LEGACY, "2025-11-25"],
  [req("matrix.dual-dual"), "auto", DUAL, "2026-07-28"],
  [req("matrix.legacy-dual"), "legacy", DUAL, "2025-11-25"],
  [req("matrix.legacy-legacy"), "legacy", LEGACY, "2025-11-25"],
];

const fails: readonly Fails[] = [
  [req("matrix.modern-legacy"), PIN, LEGACY],
  [req("matrix.legacy-modern"), "legacy", MODERN],
];

describe.concurrent.each([false, true])("the official v2 client over HTTP, sessions: %s", (sessions) => {
  it.each(works)("%s", async (_title, mode, revisions, revision) => {
    const server = await HttpServer.start({ sessions }, { revisions });
    const client = clientOf(mode);
    await client.connect(new StreamableHTTPClientTransport(server.url));
    expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    const { content } = await client.callTool({ name: "echo", arguments: { text: "over the matrix" } });
    expect(content).toEqual([{ type: "text", text: "over the matrix" }]);
    await client.close();
    await server.drain();
  });

  it.each(fails)("%s", async (_title, mode, revisions) => {
    const server = await HttpServer.start({ sessions }, { revisions });
    const connecting = clientOf(mode).connect(new StreamableHTTPClientTransport(server.url));
    await expect(connecting).rejects.toThrow();
    await server.drain();
  });
});

function clientOf(mode: VersionNegotiationMode): Client {
  return new Client({ name: "official-v2-client", version: "1.0.0" }, { versionNegotiation: { mode } });
}
