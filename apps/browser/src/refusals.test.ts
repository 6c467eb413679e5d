import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer } from "@towpath/mcp-core";
import { nodeHandler } from "@towpath/transport-http";
import { expect, it, onTestFinished } from "vitest";
import { describeInChromium } from "./describe-in-chromium.js";
import type * as script from "./page.js";

// What functions find that run in the page.
declare const towpath: typeof script;

/** Serves until the test has ended, and answers preflights by itself. Gives the URL of `/mcp`. */
async function serve(allowedHeaders: string, listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method !== "OPTIONS") {
      listener(request, response);
      return;
    }
    response.writeHead(204, {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "*",
      "access-control-allow-headers": allowedHeaders,
    });
    response.end();
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${String(port)}/mcp`;
}

describeInChromium("the client in a page that is refused", (visit) => {
  it.each([undefined, "handshake", "stateless"] as const)(
    "says where to look when pages of its origin may not call (era: %s)",
    async (era) => {
      const visited = await visit({ host: "other.example" });
      const failure = await visited.run(
        ([url, era]) => towpath.failureOf(towpath.connect(url, { ...(era !== undefined && { era }) })),
        [visited.url, era] as const,
      );
      expect(failure.name).toBe("ConnectionLostError");
      for (const part of [visited.url, "http://other.example:", "CORS"])
        expect(failure.message).toContain(part);
    },
  );

  it("follows no redirect", async () => {
    const asked: (string | undefined)[] = [];
    const elsewhere = await serve("*", ({ method }, response) => {
      asked.push(method);
      response.end();
    });
    const url = await serve("*", (_request, response) => {
      response.writeHead(307, { location: elsewhere, "access-control-allow-origin": "*" }).end();
    });
    const visited = await visit();
    const failure = await visited.run((url) => towpath.failureOf(towpath.connect(url)), url);
    expect(failure.message).toContain(`${url} redirects`);
    expect(asked).toEqual([]);
  });

  it("speaks the handshake era where the headers of the other one are not let through", async () => {
    const mcp = new McpServer("older");
    mcp.tool("hello", {}, () => "hello");
    const handler = nodeHandler(mcp, { sessions: true, allowedOrigins: ["*"] });
    onTestFinished(() => handler.drain({ timeoutMs: 0 }));
    const url = await serve("authorization, content-type, mcp-protocol-version, mcp-session-id", handler);
    const visited = await visit();
    const seen = await visited.run(async (url) => {
      const client = await towpath.connect(url);
      const { content } = await client.callTool("hello");
      await client.close();
      return { era: client.era, content };
    }, url);
    expect(seen).toEqual({ era: "handshake", content: [{ type: "text", text: "hello" }] });
  });
});
