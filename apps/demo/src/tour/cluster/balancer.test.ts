import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { McpClient, memoryTransport } from "@towpath/mcp-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createNotebookServer } from "../../server.js";
import { Balancer } from "./balancer.js";
import { PLACES, type Place, type PlacedNode } from "./node.js";

/** Answers with where it is, and with what it was sent. */
const echo =
  (place: Place): RequestListener =>
  (request, response) => {
    void text(request).then((body) => response.end(`${place} ${request.method ?? ""} ${body}`));
  };

async function listening(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close().closeAllConnections();
  });
  return server;
}

async function balanced(answers: Partial<Record<Place, RequestListener | "away">> = {}): Promise<Balancer> {
  const client = await McpClient.connect(memoryTransport(createNotebookServer()));
  onTestFinished(() => client.close());
  const nodes = await Promise.all(
    PLACES.map(async (place): Promise<PlacedNode> => {
      const answer = answers[place] ?? echo(place);
      const server = await listening(answer === "away" ? echo(place) : answer);
      // It listens at an address, not at a pipe.
      const { port } = server.address() as AddressInfo;
      if (answer === "away") await once(server.close(), "close");
      const ended = (): Promise<void> => Promise.resolve();
      const url = new URL(`http://127.0.0.1:${String(port)}/mcp`);
      return { place, name: place, url, client, kill: ended, drain: ended };
    }),
  );
  const balancer = await Balancer.start(() => nodes);
  onTestFinished(() => balancer.close());
  return balancer;
}

const said = async (
  balancer: Balancer,
  body?: string,
  headers: Record<string, string> = {},
): Promise<string> =>
  (await fetch(balancer.url, { headers, ...(body !== undefined && { method: "POST", body }) })).text();

describe("a balancer", () => {
  it("goes to each node in turn, with all that was said", async () => {
    const balancer = await balanced();
    const ping = '{"method":"ping"}';
    expect([
      await said(balancer, ping),
      await said(balancer),
      await said(balancer),
      await said(balancer),
    ]).toEqual([`A POST ${ping}`, "B GET ", "C GET ", "A GET "]);
  });

  it("knows what went where since it was told whose turn it is", async () => {
    const balancer = await balanced();
    await said(balancer);
    await balancer.turnTo("C");
    const resumed = balancer.next("resume");
    await said(balancer, '{"result":{}}');
    await said(balancer, undefined, { "last-event-id": "7" });
    expect(await resumed).toEqual({ what: "resume", place: "A", name: "A" });
    expect((await balancer.passed()).map(({ what, place }) => `${what} ${place}`)).toEqual([
      "answer C",
      "resume A",
    ]);
  });

  it("passes a node over that refuses the connection", async () => {
    const balancer = await balanced({ A: "away", B: "away" });
    expect(await said(balancer)).toBe("C GET ");
    expect(await balancer.passed()).toHaveLength(1);
  });

  it("has 502 where no node is there", async () => {
    const balancer = await balanced({ A: "away", B: "away", C: "away" });
    expect((await fetch(balancer.url)).status).toBe(502);
  });

  it("sends to no other node what one has got, and failed with", async () => {
    const balancer = await balanced({ A: (request) => request.socket.destroy() });
    await expect(said(balancer)).rejects.toThrow("fetch failed");
    expect(await balancer.passed()).toEqual([]);
    expect(await said(balancer)).toBe("B GET ");
  });

  it("breaks off where its node does", async () => {
    const balancer = await balanced({
      A: (_request, response) => {
        response.writeHead(200).write("as far as", () => response.destroy());
      },
    });
    await expect(said(balancer)).rejects.toThrow("terminated");
  });
});
