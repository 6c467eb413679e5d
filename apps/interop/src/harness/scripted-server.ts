import {
  Meta,
  type ClientTransport,
  type JsonObject,
  type JsonRpcMessage,
  type JsonValue,
  type McpClientOptions,
  type Revision,
} from "@towpath/mcp-core";
import { McpClient } from "@towpath/mcp-core";
import { DuplexClientConnection } from "@towpath/mcp-core/transport";
import type { Message } from "./inbox.js";
import { Inbox } from "./inbox.js";

/** What a request is answered with: a `result` or an `error`; nothing at all is no answer. */
export type Answer = { readonly result: JsonObject } | { readonly error: JsonObject } | undefined;
export type Script = Readonly<Record<string, (params: JsonObject) => Answer>>;

export interface Connected {
  readonly client: McpClient;
  readonly server: ScriptedServer;
}

/** A server that does what a test tells it, right or wrong, and shows what a client sends. */
export class ScriptedServer implements ClientTransport {
  readonly name = "scripted";
  readonly #script: Script;
  readonly #inbox = new Inbox();
  readonly #received: Message[] = [];
  #connection: DuplexClientConnection | undefined;
  #closed = false;

  constructor(script: Script) {
    this.#script = script;
  }

  /** Everything the client sent. */
  get received(): readonly Message[] {
    return this.#received;
  }

  get receivedMethods(): readonly (string | undefined)[] {
    return this.#received.map(({ method }) => method);
  }

  /** Whether the client has closed the connection. */
  get isClosed(): boolean {
    return this.#closed;
  }

  connect(...[receiver]: Parameters<ClientTransport["connect"]>): Promise<DuplexClientConnection> {
    const connection = new DuplexClientConnection({
      receiver,
      // Read back as the text it would travel as.
      send: (message) => this.#take(JSON.parse(JSON.stringify(message)) as JsonRpcMessage & Message),
      close: () => {
        this.#closed = true;
        connection.ended({ kind: "closed" });
        return Promise.resolve();
      },
    });
    this.#connection = connection;
    return Promise.resolve(connection);
  }

  /** The first message of that method the client sent and nobody has asked for yet. */
  next(method: string): Promise<Message> {
    return this.#inbox.next((message) => message.method === method);
  }

  /** The first answer the client gave. */
  nextAnswer(): Promise<Message> {
    return this.#inbox.next((message) => message.method === undefined);
  }

  say(message: JsonValue): void {
    this.#connection?.receive(JSON.stringify(message));
  }

  #take(message: Message): void {
    this.#received.push(message);
    this.#inbox.push(message);
    const { id, method, params = {} } = message;
    if (id === undefined || method === undefined) return;
    const answer = this.#script[method]?.(params);
    if (answer !== undefined) queueMicrotask(() => this.say({ jsonrpc: "2.0", id, ...answer }));
  }
}

const CAPABILITIES: JsonObject = { tools: { listChanged: true } };

/** Everything a server can declare. */
export const EVERYTHING: JsonObject = {
  ...CAPABILITIES,
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};
const METHOD_NOT_FOUND: Answer = { error: { code: -32601, message: "Method not found" } };

/** A server of one revision, with what a test adds to it. */
export function scriptedServer(
  revision: Revision,
  script: Script = {},
  capabilities: JsonObject = CAPABILITIES,
): ScriptedServer {
  if (revision === "2026-07-28") {
    const result = { resultType: "complete", supportedVersions: [revision], capabilities };
    return new ScriptedServer({ "server/discover": () => ({ result }), ...script });
  }
  const result = {
    protocolVersion: revision,
    capabilities,
    serverInfo: { name: "scripted", version: "1" },
  };
  return new ScriptedServer({
    "server/discover": () => METHOD_NOT_FOUND,
    initialize: () => ({ result }),
    ...script,
  });
}

/** The same, and a client that is connected to it. */
export async function withClient(
  revision: Revision,
  script?: Script,
  options?: McpClientOptions,
  capabilities?: JsonObject,
): Promise<Connected> {
  const server = scriptedServer(revision, script, capabilities);
  return { client: await McpClient.connect(server, options), server };
}

/** `_meta` of what a client sent. */
export function metaOf({ params }: Message): JsonObject {
  // Written by the client under test, which is what the tests judge.
  return (params?.["_meta"] ?? {}) as JsonObject;
}

export const REQUIRED_META = [Meta.protocolVersion, Meta.clientInfo, Meta.clientCapabilities] as const;
