import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HttpService } from "@towpath/mcp-core/http-server";

/** One file of the playground, as it is answered with. */
export interface PlaygroundFile {
  readonly type: string;
  readonly body: string;
  /** All there are, `content-type` among them; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The paths at which the server is reached, by `--transport`'s names of transports, as in `/mcp`. */
export type PlaygroundEndpoints = Readonly<Record<string, string>>;

const BUILT = new URL("./playground/", import.meta.url);
const INDEX = "index.html";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  json: "application/json",
};

/** Nothing but what this server has, nothing inline, and in no frame. A `data:` URL is a picture or a sound of a tool's. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-cache",
};

/** The page, and all that it loads. */
export interface Playground extends HttpService {
  /** What is at a path; `undefined`: nothing. */
  file(path: string): PlaygroundFile | undefined;
}

/**
 * A web client of the server that it is served by: the page is at `/`, its files beside it. They are read once.
 * @param endpoints where the page finds the server
 * @param folder with what the build has made of `playground`
 * @throws Error when it was not built
 */
export function playground(endpoints: PlaygroundEndpoints, folder: URL = BUILT): Playground {
  const files = new Map(
    namesIn(folder).map((name) => [`/${name}`, fileOf(name, readFileSync(new URL(name, folder), "utf8"))]),
  );
  const index = files.get(`/${INDEX}`);
  if (index === undefined) throw notBuilt(folder);
  files.set("/", index);
  files.set("/playground.json", fileOf("playground.json", JSON.stringify({ endpoints })));
  return {
    paths: [...files.keys()],
    file: (path) => files.get(path),
    handle: (call) => {
      const file = files.get(call.path);
      if (call.method !== "GET" && call.method !== "HEAD") call.send(405, { allow: "GET, HEAD" });
      else if (file === undefined) call.send(404, {});
      else call.send(200, file.headers, file.body);
    },
  };
}

function namesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw notBuilt(folder, error);
  }
}

function notBuilt(folder: URL, cause?: unknown): Error {
  return new Error(`There is no playground in ${fileURLToPath(folder)}: build the demo first`, { cause });
}

function fileOf(name: string, body: string): PlaygroundFile {
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  return { type, body, headers: { "content-type": type, ...HEADERS } };
}
