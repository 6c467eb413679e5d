import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Era, JsonObject } from "@towpath/mcp-core/transport";
import { onTestFinished } from "vitest";
import { HANDSHAKE, STATELESS } from "./requests.js";
import { ScriptedCall } from "./scripted-call.js";

export type Handler = (call: ScriptedCall) => void;

export const CAPABILITIES = { tools: {}, resources: {}, logging: {} };
export const DISCOVERED: JsonObject = {
  resultType: "complete",
  supportedVersions: [STATELESS],
  capabilities: CAPABILITIES,
};

export function initialized(protocolVersion = HANDSHAKE): JsonObject {
  return { protocolVersion, capabilities: CAPABILITIES, serverInfo: { name: "scripted", version: "1" } };
}

/** Answers as a plain server of an era does; what is not here is left to the test. */
const PLAIN: Readonly<Record<Era, Readonly<Record<string, Handler>>>> = {
  stateless: {
    "server/discover": (call) => call.result(DISCOVERED),
  },
  handshake: {
    "server/discover": (call) => call.body("Bad Request: no session", 400, { "content-type": "text/plain" }),
    initialize: (call) => call.result(initialized()),
    "notifications/initialized": (call) => call.status(202),
    "notifications/cancelled": (call) => call.status(202),
    answer: (call) => call.status(202),
    GET: (call) => call.status(405),
    DELETE: (call) => call.status(200),
  },
};

let started = 0;

/** Hands every request to the test: to a handler it has set, or to whoever awaits it. */
export class ScriptedServer {
  /** All requests so far, in the order in which they came. */
  readonly calls: ScriptedCall[] = [];
  /** Connections that are open. */
  connections = 0;
  readonly #server: Server;
  readonly #handlers: Map<string, Handler>;
  readonly #waiting = new Set<() => void>();
  readonly #number = (started += 1);

  private constructor(handlers: Map<string, Handler>) {
    this.#handlers = handlers;
    this.#server = createServer((request, response) => {
      void bodyOf(request).then(
        (body) => this.#take(new ScriptedCall(request, response, body)),
        () => undefined, // the client went away in the middle of it
      );
    });
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      socket.once("close", () => {
        this.connections -= 1;
        this.#look();
      });
    });
  }

  /** Answers as this era does, where no handler of the test's says otherwise, until the test has ended. */
  static async start(
    era: Era | undefined,
    handlers: Readonly<Record<string, Handler>> = {},
  ): Promise<ScriptedServer> {
    const plain = era === undefined ? {} : PLAIN[era];
    const server = new ScriptedServer(new Map(Object.entries({ ...plain, ...handlers })));
    onTestFinished(() => server.stop());
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    // Listening on a port, so the address is an object.
    const { port } = this.#server.address() as AddressInfo;
    // Ports come again, and what was found out of one server would be taken for the other's.
    return `http://127.0.0.1:${String(port)}/mcp/${String(this.#number)}`;
  }

  get keys(): readonly string[] {
    return this.calls.map(({ key }) => key);
  }

  on(key: string, handler: Handler): this {
    this.#handlers.set(key, handler);
    return this;
  }

  /** From now on answers as a server of the other era, with nothing the test has set. */
  become(era: Era): void {
    this.#handlers.clear();
    for (const [key, handler] of Object.entries(PLAIN[era])) this.#handlers.set(key, handler);
  }

  of(key: string): readonly ScriptedCall[] {
    return this.calls.filter((call) => call.key === key);
  }

  /** The nth request of this kind, counted from 1, once it has come. */
  async seen(key: string, nth = 1): Promise<ScriptedCall> {
    for (;;) {
      const call = this.of(key)[nth - 1];
      if (call !== undefined) return call;
      await this.#changed();
    }
  }

  /** Settles when no connection is open. */
  async unused(): Promise<void> {
    while (this.connections > 0) await this.#changed();
  }

  /** Settles when what was under way to the server has come: a request that is sent now comes after it. */
  async quiet(): Promise<void> {
    this.on("PUT", (call) => call.status(204));
    await fetch(this.url, { method: "PUT" });
    this.calls.splice(
      this.calls.findIndex(({ key }) => key === "PUT"),
      1,
    );
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #take(call: ScriptedCall): void {
    this.calls.push(call);
    this.#handlers.get(call.key)?.(call);
    this.#look();
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // A request without encoding gives buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
