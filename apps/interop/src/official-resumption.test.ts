import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpServer } from "./harness/http/http-server.js";

const QUICKLY = {
  initialReconnectionDelay: 1,
  maxReconnectionDelay: 1,
  reconnectionDelayGrowFactor: 1,
  maxRetries: 5,
};

describe.each([false, true])(
  "the official v1 client, which loses its connection, sessions: %s",
  (sessions) => {
    let server: HttpServer;
    let network: Network;
    let client: Client;

    beforeAll(async () => {
      server = await HttpServer.start({ sessions, retryMs: 1 });
      network = new Network();
      client = new Client({ name: "official-v1-client", version: "1.0.0" });
      const { fetch } = network;
      const transport = new StreamableHTTPClientTransport(server.url, {
        fetch,
        reconnectionOptions: QUICKLY,
      });
      await client.connect(transport);
    });
    afterAll(async () => {
      await client.close();
      await server.drain();
    });

    it("comes back for the response after the server hung up", async () => {
      const calling = client.callTool({ name: "hang_up", arguments: { key: "polled" } });
      await network.resumed();
      await client.callTool({ name: "release", arguments: { key: "polled" } });
      expect(await calling).toMatchObject({ content: [{ text: "released polled" }] });
    });

    it("gets what it missed, and the response, once each", async () => {
      network.cutAfter("notifications/progress");
      const reported: unknown[] = [];
      const calling = client.callTool({ name: "wait", arguments: { key: "cut" } }, undefined, {
        onprogress: ({ progress }) => reported.push(progress),
      });
      await network.resumed();
      await client.callTool({ name: "release", arguments: { key: "cut" } });
      expect(await calling).toMatchObject({ content: [{ text: "released cut" }] });
      expect(reported).toEqual([1]);
    });

    if (sessions) {
      it("hears of every change, also after the stream for them was cut", async () => {
        let heard: () => void = () => undefined;
        const changed = () => new Promise<void>((resolve) => (heard = resolve));
        client.setNotificationHandler(ToolListChangedNotificationSchema, () => heard());
        for (const how of ["add_tool", "remove_tool", "add_tool", "remove_tool"]) {
          network.cutAfter("notifications/tools/list_changed");
          const hearing = changed();
          await client.callTool({ name: how, arguments: { text: "newcomer" } });
          await hearing;
          await network.resumed();
        }
      });
    }
  },
);

/** A network that cuts streams when it is told to, and tells of clients that come back. */
class Network {
  #cutAfter: string | undefined;
  #resumptions = 0;
  #told = 0;
  #resumed: () => void = () => undefined;

  readonly fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    if (new Headers(init?.headers).has("last-event-id")) {
      this.#resumptions += 1;
      this.#resumed();
    }
    if (response.headers.get("content-type") !== "text/event-stream" || response.body === null)
      return response;
    return new Response(response.body.pipeThrough(this.#cutting()), response);
  };

  /** Cuts the stream on which that comes next, right behind it. */
  cutAfter(text: string): void {
    this.#cutAfter = text;
  }

  /** Settles when a client came back once more. */
  async resumed(): Promise<void> {
    while (this.#resumptions <= this.#told) await new Promise<void>((resolve) => (this.#resumed = resolve));
    this.#told += 1;
  }

  #cutting(): TransformStream<Uint8Array, Uint8Array> {
    const decoder = new TextDecoder();
    return new TransformStream({
      transform: (chunk, controller) => {
        controller.enqueue(chunk);
        const cut = this.#cutAfter;
        if (cut === undefined || !decoder.decode(chunk).includes(cut)) return;
        this.#cutAfter = undefined;
        controller.terminate();
      },
    });
  }
}
