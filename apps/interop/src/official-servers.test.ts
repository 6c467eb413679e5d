import {
  ConnectionLostError,
  McpClient,
  type McpClientOptions,
  type Progress,
  type Revision,
} from "@towpath/mcp-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG } from "./fixtures/features.js";
import { CuttingProxy } from "./harness/http/cutting-proxy.js";
import type { Program } from "./harness/programs.js";
import { HttpProgram, type OverHttp } from "./harness/servers.js";
import { HTTP_HANDSHAKE } from "./requirements/requirement.js";

/** A fixture behind a proxy that cuts connections, and clients of ours that speak to it through that. */
class Stage {
  readonly server: HttpProgram;
  readonly proxy: CuttingProxy;
  readonly #clients: McpClient[] = [];

  static async set(program: Program, over: OverHttp): Promise<Stage> {
    const server = await HttpProgram.start(program, over);
    return new Stage(server, await CuttingProxy.before(server.url));
  }

  private constructor(server: HttpProgram, proxy: CuttingProxy) {
    this.server = server;
    this.proxy = proxy;
  }

  async connect(options: McpClientOptions = {}): Promise<McpClient> {
    const client = await McpClient.connect(this.server.transport(this.proxy.url), options);
    this.#clients.push(client);
    return client;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.proxy.close();
    await this.server.end();
    this.server.log.expectGone(1);
  }
}

let stage: Stage;
afterEach(() => stage.clear());

const OFFICIAL = ["official-v1-main", "official-v2-main"] as const;
const LEGACY = { era: "handshake" } as const;

/** Calls the tool that reports three steps and then waits for `go`, and tells of the steps. */
function stepping(client: McpClient) {
  const reported: Progress[] = [];
  let complete: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (complete = resolve));
  const onProgress = (progress: Progress): void => {
    if (reported.push(progress) === 3) complete();
  };
  return { reported, all, answer: client.callTool("steps", { count: 3 }, { onProgress }) };
}

describe.each([...OFFICIAL, "zod-main"] as const)(
  "our client of %s, which loses its connection",
  (program) => {
    beforeEach(async () => {
      stage = await Stage.set(program, "streamable-http-resumable");
    });

    it.each(HTTP_HANDSHAKE)("gets what it missed, once each, in revision %s", async (revision) => {
      const client = await stage.connect({ revisions: [revision] });
      expect(client.revision).toBe(revision satisfies Revision);
      const cut = stage.proxy.cutAt("step 2");
      const { reported, all, answer } = stepping(client);
      await cut;
      await all;
      await client.callTool("go");
      expect((await answer).content).toEqual([{ type: "text", text: "done" }]);
      expect(reported.map(({ progress }) => progress)).toEqual([1, 2, 3]);
    });

    it("gets an answer that was cut in two, once", async () => {
      const client = await stage.connect(LEGACY);
      const { reported, all, answer } = stepping(client);
      await all;
      const cut = stage.proxy.cutAt("done");
      await client.callTool("go");
      await cut;
      expect((await answer).content).toEqual([{ type: "text", text: "done" }]);
      expect(reported).toHaveLength(3);
    });
  },
);

describe.each(["features-v1-main", "features-v2-main", "features-main"] as const)(
  "our client of %s, which listens",
  (program) => {
    it("hears of the change that was said on the stream of GET when that was cut", async () => {
      stage = await Stage.set(program, "streamable-http-resumable");
      const client = await stage.connect(LEGACY);
      let heard: () => void = () => undefined;
      const touch = async (): Promise<void> => {
        const changed = new Promise<void>((resolve) => (heard = resolve));
        await client.callTool("touch");
        await changed;
      };
      await client.listen({ resourceSubscriptions: [CONFIG.uri] }, () => heard());
      // The official servers’ streams of GET cannot be resumed before their first message.
      await touch();
      const cut = stage.proxy.cutAt(CONFIG.uri);
      await touch();
      await cut;
    });
  },
);

describe.each(OFFICIAL)("our client of %s", (program) => {
  it("comes back for the answer after the server hung up", async () => {
    stage = await Stage.set(program, "streamable-http-resumable");
    const client = await stage.connect(LEGACY);
    const calling = client.callTool("hang_up");
    await client.callTool("pick_up");
    expect((await calling).content).toEqual([{ type: "text", text: "here again" }]);
  });

  it("is told at once of an answer that cannot come any more, where nothing can be resumed", async () => {
    stage = await Stage.set(program, "streamable-http-sessions");
    const client = await stage.connect();
    const cut = stage.proxy.cutAt("step 2");
    const { answer } = stepping(client);
    const failure = answer.catch((error: unknown) => error);
    await cut;
    expect(await failure).toBeInstanceOf(ConnectionLostError);
    expect(await failure).toMatchObject({ mayHaveBeenDelivered: true });
    expect((await client.callTool("add", { a: 1 })).structuredContent).toEqual({ sum: 2 });
  });

  it.each(["streamable-http-sessions", "streamable-http-resumable", "streamable-http-json"] as const)(
    "begins another session when the server has forgotten the first, over %s",
    async (over) => {
      stage = await Stage.set(program, over);
      const { server } = stage;
      const client = await stage.connect(LEGACY);
      await client.callTool("add", { a: 1 });
      const waiting = client.callTool("wait").catch((error: unknown) => error);
      await server.log.line("waiting");
      await server.forgetSessions();
      if (over !== "streamable-http-json") expect(await waiting).toBeInstanceOf(ConnectionLostError);
      expect((await client.callTool("add", { a: 2 })).structuredContent).toEqual({ sum: 3 });
      await server.log.line("session begun", 2);
      await client.close();
      expect(await waiting).toBeInstanceOf(ConnectionLostError);
      await server.log.line("session ended");
      expect(server.log.text.match(/^waiting$/gm)).toHaveLength(1);
    },
  );
});
