import type { Era, JsonObject, JsonRpcRequest, RequestId } from "@towpath/mcp-core/transport";

export const STATELESS = "2026-07-28";
export const HANDSHAKE = "2025-11-25";

export const ERAS: readonly Era[] = ["handshake", "stateless"];

/** What every POST has. */
export const POST_HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
} as const;

export type Headers = Readonly<Record<string, string>>;

/** A message with the headers it is sent with. */
export interface Posted {
  readonly headers: Headers;
  readonly message: JsonRpcRequest;
}

export interface RequestStart {
  readonly id?: RequestId;
  readonly meta?: JsonObject;
  /** Added to the headers. */
  readonly headers?: Headers;
}

/** A request as clients of an era make it. */
export function request(era: Era, method: string, params: JsonObject, start: RequestStart = {}): Posted {
  const { id = 1, meta = {}, headers = {} } = start;
  const stateless = era === "stateless";
  const version = stateless ? STATELESS : HANDSHAKE;
  const name = params["name"];
  return {
    headers: {
      ...POST_HEADERS,
      "mcp-protocol-version": version,
      ...(stateless && { "mcp-method": method }),
      ...(stateless && typeof name === "string" && { "mcp-name": name }),
      ...headers,
    },
    message: {
      jsonrpc: "2.0",
      id,
      method,
      params: { ...params, _meta: { ...(stateless && STATELESS_META), ...meta } },
    },
  };
}

const STATELESS_META: JsonObject = {
  "io.modelcontextprotocol/protocolVersion": STATELESS,
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

export function toolCall(era: Era, name: string, args: JsonObject = {}, start: RequestStart = {}): Posted {
  return request(era, "tools/call", { name, arguments: args }, start);
}

/** Begins a session, of a client that can be asked. */
export const INITIALIZE: Posted = {
  headers: POST_HEADERS,
  message: {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: HANDSHAKE,
      capabilities: { elicitation: {} },
      clientInfo: { name: "test", version: "1" },
    },
  },
};

export function post(url: string, { headers, message }: Posted, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { method: "POST", headers, body: JSON.stringify(message), ...init });
}

/** The head of a request, and its body with it unless the headers say how that comes. */
export function requestText(method: string, headers: Headers, body = "", path = "/mcp"): string {
  const own = Object.keys(headers).map((name) => name.toLowerCase());
  const framed = own.includes("content-length") || own.includes("transfer-encoding");
  const all = {
    host: "localhost",
    ...(!framed && body !== "" && { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

export function postText({ headers, message }: Posted, more: Headers = {}): string {
  return requestText("POST", { ...headers, ...more }, JSON.stringify(message));
}
