import { afterEach, beforeEach, onTestFinished, vi } from "vitest";
import { fetchHandler } from "../../../src/index.js";
import { describeHost } from "../../support/host.js";

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

describeHost("whatever speaks fetch", async (mcp, options) => {
  const handler = fetchHandler(mcp, options);
  onTestFinished(() => handler.drain({ timeoutMs: 0 }));
  const name = `host-${String(served.size)}.localhost`;
  served.set(name, (request) => {
    const { pathname } = new URL(request.url);
    if (handler.serves(pathname)) return handler(request);
    return new Response("the host's own", { status: pathname === "/own" ? 200 : 404 });
  });
  return `http://${name}/`;
});
