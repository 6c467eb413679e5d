import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "@towpath/mcp-core/transport";
import { onTestFinished } from "vitest";
import { ScriptedPost } from "./scripted-post.js";
import { ScriptedStream } from "./scripted-stream.js";

export const REVISION = "2024-11-05";

export const INITIALIZED: JsonObject = {
  protocolVersion: REVISION,
  capabilities: { tools: {}, resources: {}, logging: {} },
  serverInfo: { name: "scripted", version: "1" },
};

type Opens = (stream: ScriptedStream, session: number) => void;
type Takes = (post: ScriptedPost) => void;

/**
 * A server of HTTP+SSE that greets its clients, takes every message, and leaves the answers to the test. What a test
 * has set takes the place of that.
 */
export class ScriptedServer {
  /** All streams so far, also those that have ended. */
  readonly streams: ScriptedStream[] = [];
  /** All messages so far, in the order in which they came. */
  readonly posts: ScriptedPost[] = [];
  /** Connections that are open. */
  connections = 0;
  readonly #server: Server;
  readonly #takes = new Map<string, Takes>();
  readonly #waiting = new Set<() => void>();
  #opens: Opens;

  private constructor(opens: Opens) {
    this.#opens = opens;
    this.#server = createServer((request, response) => {
      if (request.method === "GET") this.#open(new ScriptedStream(request, response));
      else void this.#post(request, response);
    });
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      socket.once("close", () => {
        this.connections -= 1;
        this.#look();
      });
    });
  }

  /** Serves until the test has ended. */
  static async start(opens: Opens = greet): Promise<ScriptedServer> {
    const server = new ScriptedServer(opens);
    onTestFinished(() => server.stop());
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get origin(): string {
    // Listening on a port, so the address is an object.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}`;
  }

  get url(): string {
    return `${this.origin}/app/sse`;
  }

  get keys(): readonly string[] {
    return this.posts.map(({ key }) => key);
  }

  /** From now on answers this GET like that. */
  opening(opens: Opens): this {
    this.#opens = opens;
    return this;
  }

  /** What becomes of messages with this method; `answer`: of answers. */
  on(key: string, takes: Takes): this {
    this.#takes.set(key, takes);
    return this;
  }

  of(key: string): readonly ScriptedPost[] {
    return this.posts.filter((post) => post.key === key);
  }

  /** The nth message of this kind, counted from 1, once it has come. */
  async seen(key: string, nth = 1): Promise<ScriptedPost> {
    return this.#found(() => this.of(key)[nth - 1]);
  }

  /** The nth stream, counted from 1, once it was asked for. */
  async stream(nth = 1): Promise<ScriptedStream> {
    return this.#found(() => this.streams[nth - 1]);
  }

  /** Settles when no connection is open. */
  async unused(): Promise<void> {
    await this.#found(() => (this.connections === 0 ? true : undefined));
  }

  /** Settles when what was under way to the server has come: a request that is sent now comes after it. */
  async quiet(): Promise<void> {
    await fetch(this.origin, { method: "PUT" });
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #found<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #open(stream: ScriptedStream): void {
    this.streams.push(stream);
    this.#opens(stream, this.streams.length);
    this.#look();
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (request.method === "PUT") {
      response.end();
      return;
    }
    const session = Number(new URL(request.url ?? "", this.origin).searchParams.get("session") ?? 1);
    const stream = this.streams[session - 1];
    if (stream === undefined) throw new Error(`There is no session ${String(session)}`);
    const post = new ScriptedPost(request, response, body, stream);
    this.posts.push(post);
    (this.#takes.get(post.key) ?? PLAIN[post.key] ?? take)(post);
    this.#look();
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

const greet: Opens = (stream, session) => stream.open().endpoint(`messages?session=${String(session)}`);

const take: Takes = (post) => post.accept();

const PLAIN: Readonly<Record<string, Takes>> = {
  initialize: (post) => post.accept().result(INITIALIZED),
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // A request without encoding gives buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
