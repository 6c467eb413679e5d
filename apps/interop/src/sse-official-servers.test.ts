import { ConnectionLostError, McpClient, type ClientTransport } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { sseClient } from "@towpath/transport-sse";
import { describe, expect, it, onTestFinished } from "vitest";
import { CuttingProxy } from "./harness/http/cutting-proxy.js";
import type { Program } from "./harness/programs.js";
import { HttpProgram } from "./harness/servers.js";

const older = (url: string | URL): ClientTransport => sseClient(url, { reconnect: { delayMs: 1 } });

/** Our client’s ways to a server that has HTTP+SSE alone. */
const WAYS: readonly (readonly [string, (url: URL) => ClientTransport])[] = [
  ["which is told the transport", older],
  [
    "which falls back from Streamable HTTP",
    (url) =>
      streamableHttpClient(url, { sse: older, reconnect: { attempts: 5, windowMs: 60_000, delayMs: 1 } }),
  ],
];

const OFFICIAL = ["official-v1-main", "official-v2-main"] as const;

async function serve(program: Program): Promise<HttpProgram> {
  const server = await HttpProgram.start(program, "sse");
  onTestFinished(async () => {
    await server.end();
    server.log.expectGone(1);
  });
  return server;
}

async function connected(transport: ClientTransport): Promise<McpClient> {
  const client = await McpClient.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

describe.each(OFFICIAL.flatMap((program) => WAYS.map(([how, way]) => [program, how, way] as const)))(
  "our client of %s over HTTP+SSE, %s",
  (program, _how, way) => {
    it("calls, is told of progress, and cancels", async () => {
      const server = await serve(program);
      const client = await connected(way(server.url));
      expect([client.era, client.revision]).toEqual(["handshake", "2025-11-25"]);
      expect((await client.callTool("add", { a: 2 })).structuredContent).toEqual({ sum: 3 });
      const reported: number[] = [];
      const onProgress = ({ progress }: { readonly progress: number }) => void reported.push(progress);
      const stepping = client.callTool("steps", { count: 3 }, { onProgress });
      await client.callTool("go");
      expect((await stepping).content).toMatchObject([{ text: "done" }]);
      expect(reported).toEqual([1, 2, 3]);
      const controller = new AbortController();
      const waiting = client.callTool("wait", {}, { signal: controller.signal });
      await server.log.line("waiting");
      controller.abort();
      await expect(waiting).rejects.toThrow();
      await server.log.line("aborted");
    });

    it("begins another session when the server has forgotten the first", async () => {
      const server = await serve(program);
      const client = await connected(way(server.url));
      const waiting = client.callTool("wait").catch((error: unknown) => error);
      await server.log.line("waiting");
      await server.forgetSessions();
      expect(await waiting).toBeInstanceOf(ConnectionLostError);
      expect((await client.callTool("add", { a: 2 })).structuredContent).toEqual({ sum: 3 });
      await server.log.line("session begun", 2);
      await client.close();
      await server.log.line("session ended", 2);
    });

    it("is told at once when its stream is cut, and goes on with another", async () => {
      const server = await serve(program);
      const proxy = await CuttingProxy.before(server.url);
      onTestFinished(() => proxy.close());
      const client = await connected(way(proxy.url));
      const cut = proxy.cutAt("step 2");
      const failure = client
        .callTool("steps", { count: 3 }, { onProgress: () => undefined })
        .catch((error: unknown) => error);
      await cut;
      expect(await failure).toBeInstanceOf(ConnectionLostError);
      expect(await failure).toMatchObject({ mayHaveBeenDelivered: true });
      expect((await client.callTool("add", { a: 1 })).structuredContent).toEqual({ sum: 2 });
    });
  },
);
