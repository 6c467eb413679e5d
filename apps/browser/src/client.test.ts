import type { Era } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { describeInChromium } from "./describe-in-chromium.js";
import type * as script from "./page.js";

// What functions find that run in the page.
declare const towpath: typeof script;
declare const tell: (what: unknown) => Promise<void>;

const ERAS: readonly Era[] = ["handshake", "stateless"];

describeInChromium("the client in a page", (visit) => {
  describe.each(ERAS)("in the %s era", (era) => {
    it("calls, also with a header that the author of the tool has named", async () => {
      const visited = await visit();
      const seen = await visited.run(
        async ([url, era]) => {
          const client = await towpath.connect(url, { era });
          await client.listTools();
          const { content } = await client.callTool("weather", { region: "north" });
          await client.close();
          return { era: client.era, content };
        },
        [visited.url, era] as const,
      );
      expect(seen).toEqual({ era, content: [{ type: "text", text: "rain in north" }] });
    });

    it("is told of progress as it is made", async () => {
      const visited = await visit();
      const playing = visited.playing();
      const called = visited.run(
        async ([url, era]) => {
          const client = await towpath.connect(url, { era });
          const onProgress = ({ progress }: { readonly progress: number }) => void tell(progress);
          const { content } = await client.callTool("play", {}, { onProgress });
          await client.close();
          return content;
        },
        [visited.url, era] as const,
      );
      const { ctx, end } = await playing;
      for (const step of [1, 2, 3]) {
        await ctx.progress(step);
        expect(await visited.told()).toBe(step);
      }
      end("played");
      expect(await called).toEqual([{ type: "text", text: "played" }]);
    });

    it("answers a question that a call asks", async () => {
      const visited = await visit();
      const seen = await visited.run(
        async ([url, era]) => {
          const asked: string[] = [];
          const client = await towpath.connect(url, {
            era,
            elicit: ({ message }) => {
              asked.push(message);
              return { action: "accept", content: { day: "Friday" } };
            },
          });
          const { content } = await client.callTool("book");
          await client.close();
          return { asked, content };
        },
        [visited.url, era] as const,
      );
      expect(seen).toEqual({ asked: ["Which day?"], content: [{ type: "text", text: "booked Friday" }] });
    });

    it("answers the questions of more calls at once than a browser makes connections", async () => {
      const visited = await visit();
      const texts = await visited.run(
        async ([url, era]) => {
          const elicit = () => ({ action: "accept", content: { day: "Friday" } }) as const;
          const client = await towpath.connect(url, { era, elicit });
          const calls = Array.from({ length: 12 }, () => client.callTool("book"));
          const results = await Promise.all(calls);
          await client.close();
          return results.flatMap(({ content }) => content);
        },
        [visited.url, era] as const,
      );
      expect(texts).toEqual(Array.from({ length: 12 }, () => ({ type: "text", text: "booked Friday" })));
    });

    it("hears of changes", async () => {
      const visited = await visit();
      const heard = visited.run(
        async ([url, era]) => {
          const client = await towpath.connect(url, { era });
          const changes = await client.listen({ toolsListChanged: true });
          await tell("listening");
          for await (const { method } of changes) {
            await client.close();
            return method;
          }
          return "nothing";
        },
        [visited.url, era] as const,
      );
      expect(await visited.told()).toBe("listening");
      visited.stage.mcp.tool("newcomer", {}, () => "hello");
      expect(await heard).toBe("notifications/tools/list_changed");
    });

    it("gives up a call, and the server stops", async () => {
      const visited = await visit();
      const playing = visited.playing();
      const given = visited.run(
        async ([url, era]) => {
          const client = await towpath.connect(url, { era });
          const giving = new AbortController();
          const { signal } = giving;
          const onProgress = () => giving.abort();
          const failed = await towpath.failureOf(client.callTool("play", {}, { signal, onProgress }));
          await tell("given up");
          await client.close();
          return failed.name;
        },
        [visited.url, era] as const,
      );
      const { ctx } = await playing;
      const aborted = new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
      await ctx.progress(1);
      expect(await visited.told()).toBe("given up");
      await aborted;
      expect(await given).toBe("AbortError");
    });

    it("is told which token is asked for", async () => {
      const visited = await visit({ authorize: () => null });
      const failure = await visited.run(
        ([url, era]) => {
          const headers = { authorization: "Bearer wrong" };
          return towpath.failureOf(towpath.connect(url, { era, headers }));
        },
        [visited.url, era] as const,
      );
      expect(failure).toMatchObject({ name: "UnauthorizedError", challenges: [{ scheme: "bearer" }] });
    });
  });

  it("finds out by itself which era a server speaks", async () => {
    const visited = await visit();
    const seen = await visited.run(async (url) => {
      const client = await towpath.connect(url);
      await client.close();
      return client.era;
    }, visited.url);
    expect(seen).toBe("stateless");
  });
});
