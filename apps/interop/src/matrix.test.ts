import { McpClient, type ClientTransport, type Revision } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sse, sseClient } from "@towpath/transport-sse";
import { webSocket, webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it } from "vitest";
import { createReferenceServer } from "./fixtures/reference-server.js";
import { HttpServer } from "./harness/http/http-server.js";
import { ServerProgram } from "./harness/servers.js";
import { req } from "./requirements/index.js";
import { HANDSHAKE, STATELESS } from "./requirements/requirement.js";

const MODERN: readonly Revision[] = STATELESS;
const LEGACY: readonly Revision[] = HANDSHAKE;
const DUAL: readonly Revision[] = [...HANDSHAKE, ...STATELESS];

interface Cell {
  readonly title: string;
  readonly client: readonly Revision[];
  readonly server: readonly Revision[];
}

const works: readonly (Cell & { readonly revision: Revision })[] = [
  { title: req("matrix.modern-modern"), client: MODERN, server: MODERN, revision: "2026-07-28" },
  { title: req("matrix.modern-dual"), client: MODERN, server: DUAL, revision: "2026-07-28" },
  { title: req("matrix.dual-modern"), client: DUAL, server: MODERN, revision: "2026-07-28" },
  { title: req("matrix.dual-legacy"), client: DUAL, server: LEGACY, revision: "2025-11-25" },
  { title: req("matrix.dual-dual"), client: DUAL, server: DUAL, revision: "2026-07-28" },
  { title: req("matrix.legacy-dual"), client: LEGACY, server: DUAL, revision: "2025-11-25" },
  { title: req("matrix.legacy-legacy"), client: LEGACY, server: LEGACY, revision: "2025-11-25" },
];

const fails: readonly (Cell & { readonly says: readonly string[] })[] = [
  { title: req("matrix.modern-legacy"), client: MODERN, server: LEGACY, says: ["2026-07-28", "earlier"] },
  {
    title: req("matrix.legacy-modern"),
    client: LEGACY,
    server: MODERN,
    says: ["Unsupported protocol version", "2026-07-28"],
  },
];

/** A server of those revisions, somewhere. */
interface Served {
  readonly transport: ClientTransport;
  /** After the client is closed: nothing is left. */
  readonly end: () => Promise<void>;
}

type Serve = (revisions: readonly Revision[]) => Promise<Served>;

const onStdio: Serve = (revisions) => {
  const program = new ServerProgram("reference-main", JSON.stringify({ revisions }));
  const end = (): Promise<void> => {
    program.log.expectGone(1);
    return Promise.resolve();
  };
  return Promise.resolve({ transport: program.transport(), end });
};

const overHttp =
  (sessions: boolean): Serve =>
  async (revisions) => {
    const server = await HttpServer.start({ sessions }, { revisions });
    return { transport: streamableHttpClient(server.url), end: () => server.drain() };
  };

const overWebSocket: Serve = async (revisions) => {
  const running = await createReferenceServer({ revisions }).start(webSocket({ port: 0 }));
  return { transport: webSocketClient(running.urls[0] ?? ""), end: () => running.drain() };
};

const overSse: Serve = async (revisions) => {
  const running = await createReferenceServer({ revisions }).start(sse({ port: 0 }));
  return { transport: sseClient(running.urls[0] ?? ""), end: () => running.drain() };
};

describe.concurrent.each<readonly [string, Serve]>([
  ["on stdio", onStdio],
  ["over HTTP", overHttp(false)],
  ["over HTTP with sessions", overHttp(true)],
  ["over WebSocket", overWebSocket],
])("the compatibility matrix %s", (_, serve) => {
  for (const { title, client, server, revision } of works) {
    it(title, async () => {
      expect(await revisionBetween(client, await serve(server))).toBe(revision);
    });
  }

  for (const { title, client, server, says } of fails) {
    it(title, async () => {
      const { transport, end } = await serve(server);
      const failure = await McpClient.connect(transport, { revisions: client }).catch(String);
      for (const words of says) expect(failure).toContain(words);
      await end();
    });
  }

  it.each(HANDSHAKE)("agrees on %s with a client that speaks no later one", async (revision) => {
    const known = HANDSHAKE.slice(0, HANDSHAKE.indexOf(revision) + 1);
    expect(await revisionBetween(known, await serve(DUAL))).toBe(revision);
  });

  it.each(HANDSHAKE)("agrees on %s with a server that speaks no later one", async (revision) => {
    const known = HANDSHAKE.slice(0, HANDSHAKE.indexOf(revision) + 1);
    expect(await revisionBetween(DUAL, await serve(known))).toBe(revision);
  });

  it("fails where the revisions do not overlap, and names both sides'", async () => {
    const { transport, end } = await serve(["2025-06-18"]);
    const connecting = McpClient.connect(transport, { revisions: ["2024-11-05"] });
    await expect(connecting).rejects.toThrow(/2025-06-18.*2024-11-05/);
    await end();
  });
});

describe.concurrent("the compatibility matrix over HTTP+SSE, which has the earlier era alone", () => {
  it.each<readonly [title: string, client: readonly Revision[], server: readonly Revision[]]>([
    [req("matrix.dual-legacy"), DUAL, LEGACY],
    [req("matrix.legacy-dual"), LEGACY, DUAL],
    [req("matrix.legacy-legacy"), LEGACY, LEGACY],
    ["A client of both eras works with a server of both eras, in the earlier one", DUAL, DUAL],
  ])("%s", async (_, client, server) => {
    expect(await revisionBetween(client, await overSse(server))).toBe("2025-11-25");
  });

  it.each(HANDSHAKE)("agrees on %s where client or server speaks no later one", async (revision) => {
    const known = HANDSHAKE.slice(0, HANDSHAKE.indexOf(revision) + 1);
    expect(await revisionBetween(known, await overSse(DUAL))).toBe(revision);
    expect(await revisionBetween(DUAL, await overSse(known))).toBe(revision);
  });

  it("fails for a modern client, with an error that says what to do", async () => {
    const { transport, end } = await overSse(DUAL);
    const connecting = McpClient.connect(transport, { revisions: MODERN });
    await expect(connecting).rejects.toThrow(/Streamable HTTP/);
    await end();
  });

  it("is not served by a modern server, which says what to do", async () => {
    await expect(overSse(MODERN)).rejects.toThrow(/Streamable HTTP/);
  });

  it("fails where the revisions do not overlap, and names both sides'", async () => {
    const { transport, end } = await overSse(["2025-06-18"]);
    const connecting = McpClient.connect(transport, { revisions: ["2024-11-05"] });
    await expect(connecting).rejects.toThrow(/2025-06-18.*2024-11-05/);
    await end();
  });
});

/** The revision client and server agree on. Both then do some work; nothing is left afterwards. */
async function revisionBetween(client: readonly Revision[], { transport, end }: Served): Promise<Revision> {
  const connected = await McpClient.connect(transport, { revisions: client });
  const { content } = await connected.callTool("echo", { text: "over the matrix" });
  expect(content).toEqual([{ type: "text", text: "over the matrix" }]);
  await connected.close();
  await end();
  return connected.revision;
}
