import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { answered, ask, failed } from "@towpath/test-support/recorded-answer.js";
import { webServer } from "@towpath/test-support/web-server.js";
import type { Connector } from "./connector.js";
import { RedirectError } from "./errors.js";
import { fetchConnector } from "./fetch-connector.js";
import { nodeConnector } from "../http-client-node/node-connector.js";
import { followRedirects } from "./redirects.js";

type Redirect = readonly [status: number, location?: string];

interface Site {
  readonly url: string;
  /** Paths of all requests. */
  readonly paths: readonly string[];
  readonly connections: number;
}

/** Redirects from these paths, and says at all others what it was asked. */
async function site(redirects: Record<string, Redirect>): Promise<Site> {
  const paths: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? "";
    paths.push(path);
    const [status, location] = redirects[path] ?? [];
    if (status === undefined)
      void text(request).then((body) => response.end(`${String(request.method)} ${body}`));
    else {
      if (location !== undefined) response.setHeader("location", location);
      response.writeHead(status).end("moved");
    }
  };
  const server = await webServer(answer);
  return {
    url: server.url,
    paths,
    get connections() {
      return server.connections;
    },
  };
}

describe.each([
  ["node:http", () => nodeConnector()],
  ["fetch", () => fetchConnector()],
])("redirects over %s", (_name, make) => {
  const open = (): Connector => {
    const connector = followRedirects(make());
    onTestFinished(() => connector.close());
    return connector;
  };

  it.each([307, 308])("are followed within an origin, with method and body: %i", async (status) => {
    const { url } = await site({ "/mcp": [status, "/mcp/"] });
    expect(await answered(open(), url, { body: "hello" })).toEqual([200, "POST hello"]);
    expect(await answered(open(), url, { method: "DELETE" })).toEqual([200, "DELETE "]);
  });

  it("are followed each time when they are temporary", async () => {
    const { url, paths } = await site({ "/mcp": [307, "other"] });
    const connector = open();
    await answered(connector, url);
    await answered(connector, url);
    expect(paths).toEqual(["/mcp", "/other", "/mcp", "/other"]);
  });

  it("are remembered when they are permanent", async () => {
    const { url, paths } = await site({ "/mcp": [308, "/a"], "/a": [307, "/b"] });
    const connector = open();
    await answered(connector, url);
    await answered(connector, url);
    expect(paths).toEqual(["/mcp", "/a", "/b", "/a", "/b"]);
  });

  it("are followed five times", async () => {
    const hops = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`/${String(index)}`, [307, `/${String(index + 1)}`]] as const),
    );
    const { url } = await site(hops);
    expect(await answered(open(), new URL("/1", url))).toEqual([200, "POST {}"]);
    const { error } = await failed(open(), new URL("/0", url));
    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message).toContain("/6, after 5 redirects before");
  });

  it("in a circle fail, also when they are remembered", async () => {
    const { url, paths } = await site({ "/mcp": [308, "/a"], "/a": [308, "/mcp"] });
    const connector = open();
    for (let call = 0; call < 2; call += 1)
      expect((await failed(connector, url)).error).toBeInstanceOf(RedirectError);
    expect(paths.length).toBeLessThanOrEqual(12);
  });

  it("to another origin fail, and nothing is sent there", async () => {
    const other = await site({});
    const to = other.url.replace("//", "//ann:secret@");
    const { url } = await site({ "/mcp": [307, to] });
    const { error } = await failed(open(), url, { headers: { authorization: "Bearer secret" } });
    expect(error.message).toBe(
      `${url} redirects to ${other.url}, which is another origin. Use that URL, if you trust it`,
    );
    expect(error).toMatchObject({ name: "RedirectError", status: 307, location: other.url });
    expect(other.paths).toEqual([]);
  });

  it.each([
    ["another scheme", 308, (url: string) => url.replace("http:", "https:"), "which is another origin"],
    ["a scheme that is none of HTTP", 307, () => "file:///etc/passwd", "which is another origin"],
    ["a GET", 302, () => "/mcp/", "with status 302, which does not keep the request what it is"],
    ["another method", 303, () => "/mcp/", "with status 303"],
    ["nowhere", 307, () => undefined, "and does not say where to"],
    ["what is no URL", 307, () => "http://[", "and does not say where to"],
  ])("to %s fail", async (_what, status, to: (url: string) => string | undefined, why) => {
    const redirects: Record<string, Redirect> = {};
    const { url, paths } = await site(redirects);
    const location = to(url);
    redirects["/mcp"] = location === undefined ? [status] : [status, location];
    const { error } = await failed(open(), url);
    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message).toContain(why);
    expect(paths).toEqual(["/mcp"]);
  });

  it("do not take credentials or a fragment from the server", async () => {
    const redirects: Record<string, Redirect> = {};
    const { url, paths } = await site(redirects);
    redirects["/mcp"] = [307, `${url.replace("//", "//ann:secret@")}/#top`];
    expect(await answered(open(), url)).toEqual([200, "POST {}"]);
    expect(paths).toEqual(["/mcp", "/mcp/"]);
  });

  it("do not wait for the end of their own answers, which may never come", async () => {
    const left = deferred();
    const { url } = await webServer((request, response) => {
      if (request.url === "/mcp") {
        response.once("close", () => left.resolve());
        response.writeHead(307, { location: "/mcp/" }).write("on and on");
      } else response.end("there");
    });
    expect(await answered(open(), url)).toEqual([200, "there"]);
    await left.promise;
  });

  it("are over with the call that is aborted", async () => {
    const asked = deferred();
    const left = deferred();
    const { url } = await webServer((request, response) => {
      if (request.url === "/mcp") response.writeHead(307, { location: "/mcp/" }).end();
      else {
        response.once("close", () => left.resolve());
        asked.resolve();
      }
    });
    const { answer, open: call } = ask(open(), url);
    await asked.promise;
    call.abort();
    await left.promise;
    expect(answer.told).toEqual([]);
  });

  it("leave other statuses as they are", async () => {
    const { url } = await site({ "/mcp": [300, "/a"] });
    expect(await answered(open(), url)).toEqual([300, "moved"]);
  });
});
