import type { Era } from "@towpath/mcp-core";
import { webSocket, type WebSocketServerOptions } from "@towpath/transport-ws";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeInChromium } from "./describe-in-chromium.js";
import type * as script from "./page.js";
import type { Visit } from "./visit.js";

// What functions find that run in the page.
declare const towpath: typeof script;
declare const tell: (what: unknown) => Promise<void>;

const ERAS: readonly Era[] = ["handshake", "stateless"];

describeInChromium("the client in a page, over a WebSocket", (visit) => {
  /** A page, and the URL of a server for those of its origin. */
  async function opened(options: WebSocketServerOptions = {}): Promise<{ visited: Visit; url: string }> {
    const visited = await visit();
    const origin = await visited.run(() => Promise.resolve(globalThis.location.origin), undefined);
    const { mcp } = visited.stage;
    const running = await mcp.start(webSocket({ port: 0, allowedOrigins: [origin], ...options }));
    onTestFinished(() => running.drain({ timeoutMs: 0 }));
    return { visited, url: running.urls[0] ?? "" };
  }

  describe.each(ERAS)("in the %s era", (era) => {
    it("calls, is told of progress, and answers questions", async () => {
      const { visited, url } = await opened();
      const seen = await visited.run(
        async ([url, era]) => {
          const elicit = () => ({ action: "accept", content: { day: "Friday" } }) as const;
          const client = await towpath.connectOverWebSocket(url, { era, elicit });
          const told: number[] = [];
          const onProgress = ({ progress }: { readonly progress: number }) => void told.push(progress);
          const { content } = await client.callTool("book", {}, { onProgress });
          await client.close();
          return { era: client.era, content, last: told.at(-1) };
        },
        [url, era] as const,
      );
      expect(seen).toEqual({ era, content: [{ type: "text", text: "booked Friday" }], last: 2 });
    });

    it("gives up a call, and the server stops", async () => {
      const { visited, url } = await opened();
      const playing = visited.playing();
      const given = visited.run(
        async ([url, era]) => {
          const client = await towpath.connectOverWebSocket(url, { era });
          const giving = new AbortController();
          const options = { signal: giving.signal, onProgress: () => giving.abort() };
          const failed = await towpath.failureOf(client.callTool("play", {}, options));
          await tell("given up");
          await client.close();
          return failed.name;
        },
        [url, era] as const,
      );
      const { ctx } = await playing;
      const aborted = new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
      await ctx.progress(1);
      expect(await visited.told()).toBe("given up");
      await aborted;
      expect(await given).toBe("AbortError");
    });
  });

  it("makes a call of several megabytes, which have to wait for each other", async () => {
    const { visited, url } = await opened();
    const lengths = await visited.run(async (url) => {
      const client = await towpath.connectOverWebSocket(url);
      const region = "x".repeat(1_000_000);
      const calls = Array.from({ length: 10 }, () => client.callTool("weather", { region }));
      const results = await Promise.all(calls);
      await client.close();
      return results.map(({ content: [first] }) => (first?.type === "text" ? first.text.length : 0));
    }, url);
    expect(lengths).toEqual(Array.from({ length: 10 }, () => 1_000_008));
  });

  it("hands a token over among the subprotocols", async () => {
    const { visited, url } = await opened({
      authorize: ({ headers }) =>
        headers.get("sec-websocket-protocol")?.includes("bearer.c2VjcmV0") === true ? { id: "ann" } : null,
    });
    const seen = await visited.run(async (url) => {
      const refused = await towpath.failureOf(towpath.connectOverWebSocket(url));
      const client = await towpath.connectOverWebSocket(url, { protocols: ["bearer.c2VjcmV0"] });
      await client.close();
      return { refused: refused.name, server: client.server?.name };
    }, url);
    expect(seen).toEqual({ refused: "ConnectionLostError", server: "stage" });
  });

  it("is not let in from another origin, and says what may be the reason", async () => {
    const { visited, url } = await opened({ allowedOrigins: ["https://other.example"] });
    const failure = await visited.run((url) => towpath.failureOf(towpath.connectOverWebSocket(url)), url);
    expect(failure.message).toMatch(/does not say why.*allowedOrigins/);
  });
});
