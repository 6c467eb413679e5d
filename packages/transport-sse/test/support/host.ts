import type { McpServer } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import type { SseOptions } from "../../src/index.js";
import { stagedServer } from "./stage.js";
import { Visitor } from "./visitor.js";

/** Serves MCP at `/sse` in a host, which answers `/own` itself, until the test has ended. Gives the URL of some path. */
export type HostStart = (mcp: McpServer, options: SseOptions) => Promise<string>;

/** The behaviours that do not depend on who hosts the server. */
export function describeHost(name: string, start: HostStart): void {
  async function serve(options: SseOptions = {}) {
    const { mcp, ...staged } = stagedServer();
    return { ...staged, url: new URL("/sse", await start(mcp, options)).href };
  }

  describe(`hosted by ${name}`, () => {
    it("requests are answered on the stream, after what was told of them", async () => {
      const { url, playing } = await serve();
      const visitor = await Visitor.begin(url);
      expect(visitor.reference).toMatch(/^messages\?session=/);
      await visitor.play("x");
      const { ctx, end } = await playing("x");
      await ctx.progress(1);
      expect(await visitor.message()).toMatchObject({ method: "notifications/progress" });
      end("done");
      expect(await visitor.message()).toMatchObject({ result: {} });
    });

    it("a client that leaves is missed", async () => {
      const { url, playing } = await serve();
      const visitor = await Visitor.begin(url);
      await visitor.play("x");
      const { aborted } = await playing("x");
      visitor.leave();
      await aborted;
      await expect.poll(async () => visitor.ask("ping")).toBe(404);
    });

    it("what cannot be taken gets its status", async () => {
      const { url } = await serve({ limits: { maxBodyBytes: 300 } });
      const visitor = await Visitor.begin(url);
      expect((await visitor.send("{")).status).toBe(400);
      expect((await visitor.send("x".repeat(301))).status).toBe(413);
      expect((await visitor.send("{}", { "content-type": "text/plain" })).status).toBe(415);
      expect((await fetch(url, { method: "PUT" })).headers.get("allow")).toBe("GET");
      expect(await visitor.request("ping")).toMatchObject({ result: {} });
    });

    it("other paths are the host's", async () => {
      const { url } = await serve();
      const own = await fetch(new URL("/own", url));
      expect([own.status, await own.text()]).toEqual([200, "the host's own"]);
      expect((await fetch(new URL("/none", url))).status).toBe(404);
    });
  });
}
