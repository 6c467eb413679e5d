import type { McpServer } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { INITIALIZE, post, request, toolCall } from "./requests.js";
import { beginSession, stagedServer } from "./staged-server.js";
import type { HttpOptions } from "../../src/index.js";

/** Serves MCP at `/mcp` in a host, which answers `/own` itself, until the test has ended. Gives the URL of `/mcp`. */
export type HostStart = (mcp: McpServer, options: HttpOptions) => Promise<string>;

const add = toolCall("stateless", "add", { a: 1, b: 2 });

/** The behaviours that do not depend on who hosts the server. */
export function describeHost(name: string, start: HostStart): void {
  async function serve(options: HttpOptions = {}) {
    const { mcp, ...staged } = stagedServer();
    return { ...staged, url: await start(mcp, options) };
  }

  describe(`hosted by ${name}`, () => {
    it("clients of both eras are answered", async () => {
      const { url } = await serve();
      const introduced = await post(url, INITIALIZE);
      expect(await introduced.json()).toMatchObject({ result: { protocolVersion: "2025-11-25" } });
      for (const call of [add, toolCall("handshake", "add", { a: 1, b: 2 })]) {
        const response = await post(url, call);
        expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
        expect(await response.json()).toMatchObject({ result: { content: [{ text: "3" }] } });
      }
    });

    it("what is sent reaches clients of both eras at once", async () => {
      const { url, call } = await serve();
      await call(url, "handshake", ["progress", "progress"]);
      await call(url, "stateless", ["progress", "log", "progress"]);
    });

    it("a session is asked, told of changes, and ended", async () => {
      const { url, call, change } = await serve({ sessions: true });
      const headers = await beginSession(url);
      await call(url, "handshake", ["log", "question", "progress"], headers);
      await change(await fetch(url, { headers: { accept: "text/event-stream", ...headers } }));
      expect((await fetch(url, { method: "DELETE", headers })).status).toBe(204);
      expect((await post(url, toolCall("handshake", "add", {}, { headers }))).status).toBe(404);
    });

    it("whoever listens is told of changes, and goes away", async () => {
      const { url, change } = await serve({ limits: { maxListens: 1 } });
      const listen = request("stateless", "subscriptions/listen", {
        notifications: { toolsListChanged: true },
      });
      const first = await post(url, listen);
      expect((await post(url, listen)).status).toBe(503);
      // With its change, whoever listens goes away, and there is room for another.
      await change(first);
      for (let status = 503; status === 503;) {
        const next = await post(url, listen);
        status = next.status;
        await next.body?.cancel();
      }
    });

    it("statuses are the protocol's own", async () => {
      const { url } = await serve();
      expect((await post(url, request("stateless", "no/such", {}))).status).toBe(404);
      expect((await post(url, { ...add, headers: { ...add.headers, accept: "text/html" } })).status).toBe(
        406,
      );
      expect((await fetch(url, { method: "PUT" })).headers.get("allow")).toContain("POST");
      const broken = await fetch(url, { method: "POST", headers: add.headers, body: "{" });
      expect(broken.status).toBe(400);
    });

    it("a body that is too large is refused", async () => {
      const { url } = await serve({ limits: { maxBodyBytes: 100 } });
      expect((await post(url, add)).status).toBe(413);
    });

    it("other paths are the host's", async () => {
      const { url } = await serve();
      const own = await fetch(new URL("/own", url));
      expect([own.status, await own.text()]).toEqual([200, "the host's own"]);
      expect((await fetch(new URL("/none", url))).status).toBe(404);
    });
  });
}
