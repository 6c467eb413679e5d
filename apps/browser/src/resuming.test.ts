import { expect, it } from "vitest";
import { z } from "zod";
import { describeInChromium } from "./describe-in-chromium.js";
import type * as script from "./page.js";

// What functions find that run in the page.
declare const towpath: typeof script;
declare const tell: (what: unknown) => Promise<void>;

describeInChromium("the client in a page whose connection is cut", (visit) => {
  it("comes back for what it missed when its connection is cut in the middle of an event", async () => {
    const visited = await visit();
    const playing = visited.playing();
    const called = visited.run(async (url) => {
      const client = await towpath.connect(url, { era: "handshake" });
      const reported: number[] = [];
      const onProgress = ({ progress }: { readonly progress: number }) => {
        reported.push(progress);
        void tell(progress);
      };
      const { content } = await client.callTool("play", {}, { onProgress });
      await client.close();
      return { reported, content };
    }, visited.url);
    const { ctx, end } = await playing;
    await ctx.progress(1);
    expect(await visited.told()).toBe(1);
    const cut = visited.proxy.cutAfter('"progress":2');
    await ctx.progress(2);
    await cut;
    await ctx.progress(3);
    expect([await visited.told(), await visited.told()]).toEqual([2, 3]);
    await ctx.progress(4);
    end("played");
    expect(await called).toEqual({
      reported: [1, 2, 3, 4],
      content: [{ type: "text", text: "played" }],
    });
    expect(visited.proxy.resumptions).toHaveLength(1);
  });

  it("is asked what the server wanted to know when its connection was cut", async () => {
    const visited = await visit();
    const playing = visited.playing();
    const called = visited.run(async (url) => {
      const asked: string[] = [];
      const client = await towpath.connect(url, {
        era: "handshake",
        elicit: ({ message }) => {
          asked.push(message);
          return { action: "accept", content: { day: "Friday" } };
        },
      });
      const onProgress = () => void tell("begun");
      const { content } = await client.callTool("play", {}, { onProgress });
      await client.close();
      return { asked, content };
    }, visited.url);
    const { ctx, end } = await playing;
    await ctx.progress(1);
    // From now on the page knows what to come back for.
    expect(await visited.told()).toBe("begun");
    const cut = visited.proxy.cutAfter('"method":"elicitation/create"');
    const answering = ctx.elicit("Which day?", z.object({ day: z.string() }));
    await cut;
    expect(await answering).toEqual({ action: "accept", content: { day: "Friday" } });
    end("played");
    expect(await called).toEqual({ asked: ["Which day?"], content: [{ type: "text", text: "played" }] });
    expect(visited.proxy.resumptions).toHaveLength(1);
  });

  it("fails a call of the stateless era at once when its connection is cut, and makes the next", async () => {
    const visited = await visit();
    const playing = visited.playing();
    const called = visited.run(async (url) => {
      const client = await towpath.connect(url, { era: "stateless" });
      const onProgress = () => undefined;
      const { name } = await towpath.failureOf(client.callTool("play", {}, { onProgress }));
      const { content } = await client.callTool("weather", { region: "north" });
      await client.close();
      return { name, content };
    }, visited.url);
    const { ctx } = await playing;
    const cut = visited.proxy.cutAfter('"progress":1');
    await ctx.progress(1);
    await cut;
    expect(await called).toEqual({
      name: "ConnectionLostError",
      content: [{ type: "text", text: "rain in north" }],
    });
    expect(visited.proxy.resumptions).toEqual([]);
  });
});
