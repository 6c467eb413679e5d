import type { ClientTransport, ReconnectBudget } from "../../src/contract/index.js";
import { encode } from "../../src/jsonrpc/encode.js";
import type { JsonObject, JsonRpcMessage, JsonValue, RequestId } from "../../src/jsonrpc/messages.js";
import { Meta } from "../../src/protocol/meta.js";
import { DuplexClientConnection } from "../../src/transport/client-connection.js";
import type { Wire } from "./link.js";

/** The far end of one connection, as a script speaks through it. */
export interface FarEnd {
  /** Counts from 0. */
  readonly index: number;
  /** What the client sent on this connection. */
  readonly received: Wire[];
  result(id: RequestId | null | undefined, result: JsonObject): void;
  error(id: RequestId | null | undefined, code: number, data?: JsonValue): void;
  send(message: JsonRpcMessage): void;
  sendBatch(messages: readonly JsonRpcMessage[]): void;
  /** The connection breaks. */
  lose(message: string): void;
}

export type Script = (message: Wire, to: FarEnd) => void;

export interface ScriptedServer {
  readonly transport: ClientTransport;
  readonly connections: FarEnd[];
  /** Connections the client has closed. */
  readonly closed: number[];
  /** The methods of everything the client sent, connection by connection. */
  methods(): string[][];
}

/** A server that answers as its script has it, one message after the other. */
export function scriptedServer(
  script: Script,
  options: { readonly reconnect?: ReconnectBudget } = {},
): ScriptedServer {
  const connections: FarEnd[] = [];
  const closed: number[] = [];
  const transport: ClientTransport = {
    name: "scripted",
    ...options,
    connect: (receiver) => {
      const index = connections.length;
      const connection: DuplexClientConnection = new DuplexClientConnection({
        receiver,
        send: (message) => {
          const wire = JSON.parse(encode(message)) as Wire; // what the client sends is a message
          queueMicrotask(() => {
            end.received.push(wire);
            script(wire, end);
          });
        },
        close: async () => {
          closed.push(index);
          connection.ended({ kind: "closed" });
          return Promise.resolve();
        },
      });
      const send = (message: object): void => {
        connection.receive(JSON.stringify({ jsonrpc: "2.0", ...message }));
      };
      const end: FarEnd = {
        index,
        received: [],
        send,
        sendBatch: (messages) => {
          connection.receive(JSON.stringify(messages));
        },
        result: (id, result) => {
          send({ id, result });
        },
        error: (id, code, data) => {
          send({
            id,
            error: { code, message: `error ${String(code)}`, ...(data !== undefined && { data }) },
          });
        },
        lose: (message) => {
          connection.ended({ kind: "lost", error: new Error(message) });
        },
      };
      connections.push(end);
      return Promise.resolve(connection);
    },
  };
  const methods = (): string[][] =>
    connections.map(({ received }) => received.map(({ method }) => method ?? "response"));
  return { transport, connections, closed, methods };
}

export const discovered = (capabilities: JsonObject = { tools: {} }): JsonObject => ({
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities,
  ttlMs: 0,
  cacheScope: "public",
  _meta: { [Meta.serverInfo]: { name: "modern", version: "1" } },
});

export const initialized = (
  protocolVersion = "2025-11-25",
  capabilities: JsonObject = { tools: {} },
): JsonObject => ({
  protocolVersion,
  capabilities,
  serverInfo: { name: "legacy", version: "1" },
});

/** Answers the probe as a server of the stateless era, and leaves the rest to another script. */
export const modern =
  (rest: Script = () => undefined, capabilities?: JsonObject): Script =>
  (message, to) => {
    if (message.method === "server/discover") to.result(message.id, discovered(capabilities));
    else rest(message, to);
  };

/** Refuses the probe, answers `initialize` as a server of the handshake era, and leaves the rest to another script. */
export const legacy =
  (rest: Script = () => undefined, capabilities?: JsonObject, revision?: string): Script =>
  (message, to) => {
    if (message.method === "server/discover") to.error(message.id, -32601);
    else if (message.method === "initialize") to.result(message.id, initialized(revision, capabilities));
    else rest(message, to);
  };
