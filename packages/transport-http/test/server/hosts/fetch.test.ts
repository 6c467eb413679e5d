import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { fetchHandler, type FetchHandler, type HttpOptions } from "../../../src/index.js";
import { describeHost } from "../../support/host.js";
import { eventMessages } from "@towpath/test-support/event-messages.js";
import { post, toolCall } from "../../support/requests.js";
import { calculator, waitingServer } from "../../support/servers.js";

type Serve = (request: Request) => Response | Promise<Response>;

/** What `Deno.serve`, `Bun.serve` and workers make of a network: requests come in, responses go out. */
const served = new Map<string, Serve>();

beforeEach(() => {
  vi.stubGlobal("fetch", async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const serve = served.get(new URL(request.url).host);
    if (serve === undefined) throw new TypeError(`Nobody serves ${request.url}`);
    return serve(request);
  });
});
afterEach(() => vi.unstubAllGlobals());

function host(handler: FetchHandler, serve: Serve): string {
  const name = `host-${String(served.size)}.localhost`;
  served.set(name, serve);
  onTestFinished(() => handler.drain({ timeoutMs: 0 }));
  return `http://${name}/mcp`;
}

describeHost("whatever speaks fetch", async (mcp, options) => {
  const handler = fetchHandler(mcp, options);
  return host(handler, (request) => {
    const { pathname } = new URL(request.url);
    if (handler.serves(pathname)) return handler(request);
    return new Response("the host's own", { status: pathname === "/own" ? 200 : 404 });
  });
});

function hosted(mcp = calculator(), options: HttpOptions = {}): string {
  const handler = fetchHandler(mcp, options);
  return host(handler, handler);
}

it("fetchHandler answers 404 itself where nobody else does", async () => {
  expect((await fetch(new URL("/own", hosted()))).status).toBe(404);
});

it("a body that the host has parsed is taken", async () => {
  const handler = fetchHandler(calculator());
  const url = host(handler, async (request) => handler(request, { body: await request.json() }));
  const response = await post(url, toolCall("stateless", "add", { a: 1, b: 2 }));
  expect(await response.json()).toMatchObject({ result: { content: [{ text: "3" }] } });
});

it("a body that the host has read, and kept, is an error that says what to do", async () => {
  const errors: unknown[] = [];
  const handler = fetchHandler(calculator(), { onError: (error) => errors.push(error) });
  const url = host(handler, async (request) => {
    await request.text();
    return handler(request);
  });
  const response = await post(url, toolCall("stateless", "add", { a: 1, b: 2 }));
  expect([response.status, await response.text()]).toEqual([500, expect.stringContaining("hand over")]);
  expect(errors).toMatchObject([{ name: "BodyError", kind: "consumed" }]);
});

it("a call is cancelled in the stateless era when its request is aborted", async () => {
  const { mcp, begun, aborted } = waitingServer();
  const away = new AbortController();
  void post(hosted(mcp), toolCall("stateless", "wait", { call: "x" }), { signal: away.signal });
  await begun("x");
  away.abort();
  await aborted("x");
});

it("a call is cancelled in the stateless era when nobody reads its stream any more", async () => {
  const { mcp, aborted } = waitingServer();
  const call = toolCall("stateless", "wait", { call: "x" }, { meta: { progressToken: 1 } });
  const messages = eventMessages(await post(hosted(mcp), call));
  expect((await messages.next()).value).toMatchObject({ method: "notifications/progress" });
  await messages.return(undefined);
  await aborted("x");
});
