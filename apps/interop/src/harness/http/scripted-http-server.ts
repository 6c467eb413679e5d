import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { JsonObject, JsonValue, Revision } from "@towpath/mcp-core";
import { onTestFinished } from "vitest";
import { EVERYTHING } from "../scripted-server.js";
import type { Message } from "../inbox.js";

/** One HTTP request of the client’s. */
export interface Asked {
  /** The method of the message that was posted; `GET` and `DELETE` for those, `answer` for what has no method. */
  readonly what: string;
  readonly httpMethod: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What was posted; empty otherwise. */
  readonly body: Message;
}

export type HttpAnswer = (response: ServerResponse, asked: Asked) => void;
export type HttpScript = Readonly<Record<string, HttpAnswer>>;

/** A server that answers every HTTP request as a test has it, right or wrong, and shows what the client sent. */
export class ScriptedHttpServer {
  readonly url: string;
  readonly asked: Asked[] = [];
  readonly #script: HttpScript;
  #told: () => void = () => undefined;

  /** Serves until the test is over. */
  static async start(revision: Revision, script: HttpScript = {}): Promise<ScriptedHttpServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return new ScriptedHttpServer(server, { ...usual(revision), ...script });
  }

  private constructor(server: Server, script: HttpScript) {
    this.#script = script;
    // A server that listens on TCP has a port.
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`;
    server.on("request", (request, response) => void this.#take(request, response));
  }

  get whats(): readonly string[] {
    return this.asked.map(({ what }) => what);
  }

  all(what: string): readonly Asked[] {
    return this.asked.filter((asked) => asked.what === what);
  }

  /** The nth request of that kind, counted from 1, once it has come. */
  async nth(what: string, n = 1): Promise<Asked> {
    for (;;) {
      const found = this.all(what)[n - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = request;
    const posted = await text(request);
    // Written by the client under test, which is what the tests judge.
    const body = (posted === "" ? {} : JSON.parse(posted)) as Message;
    const what = method === "POST" ? (body.method ?? "answer") : method;
    const asked = { what, httpMethod: method, path, headers, body };
    this.asked.push(asked);
    this.#told();
    const answer = this.#script[what] ?? (body.id === undefined ? accepted : status(404));
    answer(response, asked);
  }
}

const accepted: HttpAnswer = (response) => response.writeHead(202).end();

export function status(code: number, body?: JsonValue): HttpAnswer {
  return (response) => {
    response.writeHead(code, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
}

/** Answers with JSON. */
export function json(result: JsonObject, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return (response, { body }) => {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: body.id, result }));
  };
}

export function error(code: number, data: JsonObject = {}): HttpAnswer {
  return (response, { body: { id } }) => {
    const failure = { jsonrpc: "2.0", id: id ?? null, error: { code, message: "refused", data } };
    status(400, failure)(response, { what: "", httpMethod: "", path: "", headers: {}, body: {} });
  };
}

/** Begins an event stream. */
export function stream(response: ServerResponse): ServerResponse {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  return response;
}

export function event(message: JsonObject, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
}

const INFO = { name: "scripted", version: "1" };
const FRESH = { ttlMs: 0, cacheScope: "private" };

/** How a server of that revision, which has one tool and sessions, answers what is not asked otherwise. */
function usual(revision: Revision): HttpScript {
  const done = { content: [{ type: "text", text: "done" }] };
  const complete = { ...(revision === "2026-07-28" && { resultType: "complete", ...FRESH }) };
  const both = {
    "tools/list": json({ ...complete, tools: [{ name: "work", inputSchema: { type: "object" } }] }),
    "tools/call": json({ ...(revision === "2026-07-28" && { resultType: "complete" }), ...done }),
  };
  if (revision === "2026-07-28") {
    const supportedVersions = [revision];
    return {
      ...both,
      "server/discover": json({ ...complete, supportedVersions, capabilities: EVERYTHING, serverInfo: INFO }),
      "resources/read": json({ ...complete, contents: [] }),
      "prompts/get": json({ resultType: "complete", messages: [] }),
    };
  }
  let sessions = 0;
  return {
    ...both,
    "server/discover": status(400),
    initialize: (response, asked) => {
      const result = { protocolVersion: revision, capabilities: EVERYTHING, serverInfo: INFO };
      json(result, { "MCP-SESSION-ID": `session-${String(++sessions)}` })(response, asked);
    },
    GET: (response) => void stream(response),
    DELETE: status(200),
  };
}
