import { describe, expect, it, onTestFinished } from "vitest";
import { McpServer } from "../../server/server.js";
import { createCluster, type Cluster } from "./cluster.js";
import type { FetchService } from "./http-connection.js";

interface Served {
  readonly cluster: Cluster;
  readonly requests: Request[];
  /** Says something on every answer that is open. */
  say(text: string): void;
  readonly cancelled: () => number;
}

async function served(): Promise<Served> {
  const requests: Request[] = [];
  const open: ReadableStreamDefaultController<Uint8Array>[] = [];
  let cancelled = 0;
  const service: FetchService = (request) => {
    requests.push(request);
    if (request.url.endsWith("/silent")) return new Promise<never>(() => undefined);
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    const start = (controller: (typeof open)[number]): void => void open.push(controller);
    const body = new ReadableStream<Uint8Array>({ start, cancel: () => void (cancelled += 1) });
    return new Response(body, { status: 201, headers: { "x-a": "b" } });
  };
  const cluster = await createCluster(1, () => new McpServer("any"), { serve: () => service });
  onTestFinished(() => cluster.close());
  const say = (text: string): void => {
    for (const controller of cancelled === 0 ? open : []) controller.enqueue(new TextEncoder().encode(text));
  };
  return { cluster, requests, say, cancelled: () => cancelled };
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

const RESET = { name: "TypeError", message: "fetch failed" };

describe("a request to a cluster", () => {
  it("is answered by a node, piece by piece", async () => {
    const { cluster, requests, say } = await served();
    const message = JSON.stringify({ a: 1 });
    const init = { method: "POST", body: message, headers: { "x-c": "d" } };
    const response = await cluster.fetch(cluster.url, init);
    expect([response.status, response.headers.get("x-a")]).toEqual([201, "b"]);
    expect([await requests[0]?.text(), requests[0]?.headers.get("x-c")]).toEqual([message, "d"]);
    const body: ReadableStream<Uint8Array> | null = response.body;
    const reader = body?.getReader();
    for (const text of ["one", "two"]) {
      say(text);
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(text);
    }
    expect(cluster.connections).toBe(1);
    await reader?.cancel();
    expect(cluster.connections).toBe(0);
  });

  it("may be answered without a body", async () => {
    const { cluster } = await served();
    const response = await cluster.fetch(cluster.url, { method: "DELETE" });
    expect([response.status, response.body, cluster.connections]).toEqual([204, null, 0]);
  });

  it("gets 503 when no node is up", async () => {
    const { cluster } = await served();
    cluster.node(0).kill();
    expect((await cluster.fetch(cluster.url)).status).toBe(503);
  });

  it("fails where a test routes it to a node that is no more", async () => {
    const { cluster } = await served();
    const dead = await cluster.add();
    dead.kill();
    cluster.route = () => dead;
    expect(await failure(cluster.fetch(cluster.url))).toMatchObject(RESET);
  });

  it("needs something that serves it", async () => {
    const cluster = await createCluster(1, () => new McpServer("any"));
    onTestFinished(() => cluster.close());
    await expect(cluster.fetch(cluster.url)).rejects.toThrow("needs the option `serve`");
  });
});

describe.each(["cut", "kill"] as const)("a request, when there is a %s", (what) => {
  const breakOff = ({ cluster }: Served): void => {
    if (what === "cut") cluster.cut();
    else cluster.node(0).kill();
  };

  it("fails before it was answered", async () => {
    const all = await served();
    const answer = failure(all.cluster.fetch("http://localhost/silent"));
    await all.cluster.settled();
    breakOff(all);
    expect(await answer).toMatchObject(RESET);
    // A node that was killed sees nothing any more.
    expect(all.requests[0]?.signal.aborted).toBe(what === "cut");
  });

  it("fails in the middle of its answer", async () => {
    const all = await served();
    const response = await all.cluster.fetch(all.cluster.url);
    const reader = response.body?.getReader();
    all.say("one");
    await reader?.read();
    const next = failure(reader?.read() ?? Promise.resolve());
    breakOff(all);
    all.say("two");
    expect(await next).toMatchObject(RESET);
    expect(all.cancelled()).toBe(what === "cut" ? 1 : 0);
    expect(all.cluster.connections).toBe(0);
  });
});

describe("a client that goes away", () => {
  it("is noticed before there is an answer, and in the middle of it", async () => {
    const { cluster, requests, cancelled } = await served();
    const leaving = new AbortController();
    const { signal } = leaving;
    const silent = failure(cluster.fetch("http://localhost/silent", { signal }));
    const response = await cluster.fetch(cluster.url, { signal });
    const text = failure(response.text());
    leaving.abort(new Error("enough"));
    expect([await silent, await text]).toMatchObject([{ message: "enough" }, { message: "enough" }]);
    expect(requests.map((request) => request.signal.aborted)).toEqual([true, true]);
    expect(cancelled()).toBe(1);
  });

  it("may have gone before it came", async () => {
    const { cluster, requests } = await served();
    const signal = AbortSignal.abort(new Error("enough"));
    expect(await failure(cluster.fetch(cluster.url, { signal }))).toMatchObject({ message: "enough" });
    expect(requests).toEqual([]);
  });
});
