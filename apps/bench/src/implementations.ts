import { join } from "node:path";
import { paths } from "./paths.js";

/** The two shapes of the protocol, as docs/architecture.md calls them. */
export type Era = "handshake" | "stateless";

/** Files that hold a server over stdio each. */
export interface StdioServers {
  /** One tool, `add`. */
  readonly add: string;
  /** One tool, `hello`, which takes no arguments. */
  readonly hello: string;
  /** One tool, `size`, which answers with the length of its text. */
  readonly size: string;
}

/** How a server keeps its clients apart: by era, and in the handshake era with sessions or without. */
export type Mode = "stateless" | "handshake" | "sessions";

/** What an answer to a POST is: one JSON body, or an event stream. */
export type Answers = "json" | "sse";

/** Servers over Streamable HTTP, and what has to be known to call them. */
export interface HttpServers {
  /** `add`, and more such tools where asked for: `node <add> <port> <answers> <sessions|sessionless> [<tools>]`. */
  readonly add: string;
  /** One tool, `hello`, which takes no arguments. Only bundled. */
  readonly hello?: string;
  /** In which modes it gives which answers. */
  readonly modes: Readonly<Partial<Record<Answers, readonly Mode[]>>>;
  /** `false` where opening one takes so long that thousands cannot be measured. */
  readonly manySessions?: false;
  /** How long it takes under load until it does not get faster any more, in ms. */
  readonly warmUpMs: number;
  /** The revision of the handshake era it is spoken to in; the newest by default. */
  readonly revision?: string;
  /** What has to be accepted for it to answer with JSON; both media types by default, as the specification asks. */
  readonly acceptForJson?: string;
}

/** A server over HTTP+SSE, which opens streams at `/sse`. It has `add`: `node <add> <port>`. */
export interface SseServer {
  readonly add: string;
  /** As that of {@link HttpServers}. */
  readonly warmUpMs: number;
}

/** Server and client over WebSocket, which meet at `/ws`. */
export interface WebSocketPrograms {
  /** It has `add`: `node <add> <port>`. */
  readonly add: string;
  /** A module as those of {@link HttpClients}. */
  readonly calls: string;
}

/** Modules that hold a client over Streamable HTTP each. */
export interface HttpClients {
  /** Its `connect(url, era)` resolves to what calls `add`: `(a, b, onProgress?) => Promise<text>`. */
  readonly calls: string;
  /** A program for the browser. Only bundled. */
  readonly browser?: string;
}

/** One implementation that is measured. */
export interface Implementation {
  readonly id: string;
  /** The head of its column. */
  readonly label: string;
  readonly eras: readonly Era[];
  readonly stdio?: StdioServers;
  readonly http?: HttpServers;
  readonly httpClient?: HttpClients;
  readonly sse?: SseServer;
  readonly webSocket?: WebSocketPrograms;
  /** A module whose `parser(onData)` returns what takes the text of an event stream in pieces. */
  readonly eventParser?: string;
  /** A module whose `connect(era)` connects a client to a server in memory. */
  readonly inMemory?: string;
  /** What a user installs for a stdio server, and the folder whose node_modules has it. */
  readonly install?: { readonly folder: string; readonly packages: readonly string[] };
}

/** An implementation speaking one era: what gets samples. */
export interface Contender {
  readonly implementation: Implementation;
  readonly era: Era;
}

export interface StdioContender extends Contender {
  readonly stdio: StdioServers;
}

export interface HttpClientContender extends Contender {
  readonly httpClient: HttpClients;
}

export interface SseContender extends Contender {
  readonly sse: SseServer;
}

export interface WebSocketContender extends Contender {
  readonly webSocket: WebSocketPrograms;
}

export interface HttpContender extends Contender {
  readonly http: HttpServers;
  readonly mode: Mode;
}

const both: readonly Era[] = ["handshake", "stateless"];
const everyMode: readonly Mode[] = ["handshake", "stateless", "sessions"];
const handshakeModes: readonly Mode[] = ["handshake", "sessions"];

/** Servers that are slow at first: what they are built of takes long to be compiled. */
const slowWarmUpMs = 15_000;
const fastWarmUpMs = 2_500;
/** A session keeps what it is served by, which has not to be built for every call. */
const slowSseWarmUpMs = 8_000;

const stdioIn = (folder: string): StdioServers => ({
  add: join(folder, "add.mjs"),
  hello: join(folder, "hello.mjs"),
  size: join(folder, "size.mjs"),
});

const httpIn = (folder: string): Pick<HttpServers, "add" | "hello"> => ({
  add: join(folder, "http.mjs"),
  hello: join(folder, "http-hello.mjs"),
});

const rawStdio = join(paths.raw, "server.mjs");

export const raw = {
  id: "raw",
  label: "raw",
  eras: both,
  stdio: { add: rawStdio, hello: rawStdio, size: rawStdio },
  http: {
    add: join(paths.raw, "http.mjs"),
    modes: { json: everyMode, sse: everyMode },
    warmUpMs: fastWarmUpMs,
  },
  httpClient: { calls: join(paths.raw, "http-client.mjs") },
  sse: { add: join(paths.raw, "sse.mjs"), warmUpMs: fastWarmUpMs },
  webSocket: {
    add: join(paths.raw, "web-socket.mjs"),
    calls: join(paths.raw, "web-socket-client.mjs"),
  },
} as const satisfies Implementation;

export const peers: readonly Implementation[] = [
  {
    // What runtimes other than Node have for a client, and nothing on top.
    id: "fetch",
    label: "fetch",
    eras: both,
    httpClient: { calls: join(paths.raw, "fetch-client.mjs") },
  },
  {
    id: "v1",
    label: "official v1",
    eras: ["handshake"],
    stdio: stdioIn(join(paths.peers, "v1")),
    http: {
      ...httpIn(join(paths.peers, "v1")),
      modes: { json: handshakeModes, sse: handshakeModes },
      warmUpMs: slowWarmUpMs,
    },
    httpClient: {
      calls: join(paths.peers, "v1/http-client.mjs"),
      browser: join(paths.peers, "v1/browser.mjs"),
    },
    sse: { add: join(paths.peers, "v1/sse.mjs"), warmUpMs: slowSseWarmUpMs },
    inMemory: join(paths.peers, "v1/in-memory.mjs"),
    install: { folder: paths.peers, packages: ["@modelcontextprotocol/sdk", "zod"] },
  },
  {
    id: "v2",
    label: "official v2",
    eras: both,
    stdio: stdioIn(join(paths.peers, "v2")),
    http: {
      ...httpIn(join(paths.peers, "v2")),
      modes: { json: everyMode, sse: everyMode },
      warmUpMs: slowWarmUpMs,
    },
    httpClient: {
      calls: join(paths.peers, "v2/http-client.mjs"),
      browser: join(paths.peers, "v2/browser.mjs"),
    },
    sse: { add: join(paths.peers, "v2/sse.mjs"), warmUpMs: slowSseWarmUpMs },
    inMemory: join(paths.peers, "v2/in-memory.mjs"),
    install: { folder: paths.peers, packages: ["@modelcontextprotocol/server", "zod"] },
  },
  {
    id: "fastmcp",
    label: "fastmcp",
    eras: ["handshake"],
    http: {
      ...httpIn(join(paths.peers, "fastmcp")),
      modes: { json: handshakeModes, sse: handshakeModes },
      // It waits a second for the capabilities of a client that has none.
      manySessions: false,
      warmUpMs: slowWarmUpMs,
    },
    sse: { add: join(paths.peers, "fastmcp/sse.mjs"), warmUpMs: slowSseWarmUpMs },
  },
  {
    id: "tmcp",
    label: "tmcp",
    eras: both,
    stdio: stdioIn(join(paths.peers, "tmcp")),
    http: {
      ...httpIn(join(paths.peers, "tmcp")),
      modes: { sse: ["stateless", "sessions"] },
      warmUpMs: slowWarmUpMs,
    },
    install: {
      folder: paths.peers,
      packages: ["tmcp", "@tmcp/transport-stdio", "@tmcp/adapter-zod", "zod"],
    },
  },
  {
    id: "mcp-lite",
    label: "mcp-lite",
    eras: ["handshake"],
    http: {
      ...httpIn(join(paths.peers, "mcp-lite")),
      modes: { json: handshakeModes, sse: handshakeModes },
      warmUpMs: slowWarmUpMs,
      revision: "2025-06-18",
      acceptForJson: "application/json",
    },
  },
  {
    id: "eventsource-parser",
    label: "eventsource-parser",
    eras: ["handshake"],
    eventParser: join(paths.peers, "eventsource-parser/event-parser.mjs"),
  },
];

const towpathPackages = ["@towpath/mcp-core", "@towpath/transport-stdio"];

export const towpath: readonly Implementation[] = [
  {
    id: "towpath",
    label: "Towpath",
    eras: both,
    stdio: stdioIn(join(paths.towpath, "json-schema")),
    http: {
      ...httpIn(join(paths.towpath, "json-schema")),
      modes: { json: everyMode, sse: everyMode },
      warmUpMs: fastWarmUpMs,
    },
    httpClient: {
      calls: join(paths.towpath, "client/node.mjs"),
      browser: join(paths.towpath, "client/browser.mjs"),
    },
    sse: { add: join(paths.towpath, "json-schema/sse.mjs"), warmUpMs: fastWarmUpMs },
    webSocket: {
      add: join(paths.towpath, "json-schema/web-socket.mjs"),
      calls: join(paths.towpath, "client/web-socket.mjs"),
    },
    eventParser: join(paths.towpath, "client/event-parser.mjs"),
    inMemory: join(paths.towpath, "json-schema/in-memory.mjs"),
    install: { folder: paths.towpath, packages: towpathPackages },
  },
  {
    id: "towpath-zod",
    label: "Towpath with zod",
    eras: both,
    stdio: stdioIn(join(paths.towpath, "zod")),
    inMemory: join(paths.towpath, "zod/in-memory.mjs"),
    install: { folder: paths.towpath, packages: [...towpathPackages, "zod"] },
  },
  {
    id: "towpath-fetch",
    label: "Towpath over fetch",
    eras: both,
    httpClient: { calls: join(paths.towpath, "client/fetch.mjs") },
  },
];

/** Each implementation once per era it speaks. */
export function contendersOf(implementations: readonly Implementation[]): readonly Contender[] {
  return implementations.flatMap((implementation) =>
    implementation.eras.map((era) => ({ implementation, era })),
  );
}

/** The same, of those that have servers over stdio. */
export function stdioContenders(implementations: readonly Implementation[]): readonly StdioContender[] {
  return contendersOf(implementations).flatMap((contender) => {
    const { stdio } = contender.implementation;
    return stdio === undefined ? [] : [{ ...contender, stdio }];
  });
}

/** The same, of those that have clients over HTTP. */
export function httpClientContenders(
  implementations: readonly Implementation[],
): readonly HttpClientContender[] {
  return contendersOf(implementations).flatMap((contender) => {
    const { httpClient } = contender.implementation;
    return httpClient === undefined ? [] : [{ ...contender, httpClient }];
  });
}

/** Those that have servers over HTTP+SSE, which knows the handshake era alone. */
export const sseContenders = (implementations: readonly Implementation[]): readonly SseContender[] =>
  implementations.flatMap((implementation) => {
    const { sse } = implementation;
    return sse === undefined ? [] : [{ implementation, era: "handshake", sse }];
  });

/** Each implementation once per era it speaks, of those that speak WebSocket. */
export function webSocketContenders(
  implementations: readonly Implementation[],
): readonly WebSocketContender[] {
  return contendersOf(implementations).flatMap((contender) => {
    const { webSocket } = contender.implementation;
    return webSocket === undefined ? [] : [{ ...contender, webSocket }];
  });
}

/** Each implementation once for each of these modes in which it answers like this over HTTP. */
export function httpContenders(
  implementations: readonly Implementation[],
  answers: Answers,
  modes: readonly Mode[],
): readonly HttpContender[] {
  return implementations.flatMap((implementation) => {
    const { http } = implementation;
    if (http === undefined) return [];
    return modes
      .filter((mode) => http.modes[answers]?.includes(mode))
      .map((mode) => ({ implementation, http, mode, era: mode === "stateless" ? mode : "handshake" }));
  });
}
