import { readAnswer } from "../answers.js";
import type { Answers, HttpContender, Mode } from "../implementations.js";
import { CallPool, callMessage, encodeMessage, listMessage, newestRevision } from "../requests.js";
import { messageOf, isEventStream } from "./events.js";
import type { HttpResponse } from "./response-reader.js";

/** Where a server is, and what has to be known to speak to it. */
export interface Target {
  readonly port: number;
  readonly mode: Mode;
  readonly answers: Answers;
  /** The media types that requests accept. */
  readonly accept: string;
  readonly revision: string;
  /** Of the session that requests belong to. */
  readonly session?: string;
}

const bothTypes = "application/json, text/event-stream";

export function targetOf({ http, mode, era }: HttpContender, answers: Answers, port: number): Target {
  const accept = answers === "json" ? (http.acceptForJson ?? bothTypes) : bothTypes;
  const revision =
    era === "handshake" ? (http.revision ?? newestRevision.handshake) : newestRevision.stateless;
  return { port, mode, answers, accept, revision };
}

/** What the stateless era says in headers too. */
interface Mirrored {
  readonly method: string;
  readonly name?: string;
}

const eraOf = ({ mode }: Target): "stateless" | "handshake" => (mode === "stateless" ? mode : "handshake");

function headers(target: Target, mirrored: Mirrored | undefined): readonly string[] {
  return [
    `Host: 127.0.0.1:${target.port}`,
    `MCP-Protocol-Version: ${target.revision}`,
    ...(target.session === undefined ? [] : [`Mcp-Session-Id: ${target.session}`]),
    ...(target.mode !== "stateless" || mirrored === undefined ? [] : [`Mcp-Method: ${mirrored.method}`]),
    ...(target.mode !== "stateless" || mirrored?.name === undefined ? [] : [`Mcp-Name: ${mirrored.name}`]),
  ];
}

/** A whole POST request. */
export function post(target: Target, body: string, mirrored?: Mirrored): Buffer {
  return Buffer.from(
    [
      "POST /mcp HTTP/1.1",
      ...headers(target, mirrored),
      `Accept: ${target.accept}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

/** The request that opens the stream of a session. */
export function getStream(target: Target): Buffer {
  return Buffer.from(
    ["GET /mcp HTTP/1.1", ...headers(target, undefined), "Accept: text/event-stream", "", ""].join("\r\n"),
  );
}

/** Requests to be sent over and over, encoded beforehand, and what a right answer to each of them is. */
export interface RequestPool {
  readonly requests: readonly Buffer[];
  /** @throws Error when this does not answer the request with this index. */
  check(index: number, response: HttpResponse): void;
}

const poolSize = 4096;

function checkForm({ answers }: Target, response: HttpResponse): void {
  if (isEventStream(response) !== (answers === "sse")) {
    throw new Error(`Expected an answer as ${answers}, got ${response.head.slice(0, 300)}`);
  }
}

/** Calls of `add`, in these sessions in turn; by default in the target's own, if it has one. */
export function callPool(target: Target, sessions: readonly string[] = []): RequestPool {
  const requests = Array.from({ length: poolSize }, (_, index) => {
    const message = callMessage(eraOf(target), index + 1, "add", { a: index + 1, b: CallPool.addend });
    const session = sessions[index % sessions.length];
    return post(session === undefined ? target : { ...target, session }, encodeMessage(message), {
      method: "tools/call",
      name: "add",
    });
  });
  return {
    requests,
    check(index, response) {
      checkForm(target, response);
      const { id, text } = readAnswer(messageOf(response));
      if (id !== index + 1 || text !== CallPool.answerTo(index + 1)) {
        throw new Error(`Call ${index + 1} was answered with id ${String(id)} and "${text}".`);
      }
    },
  };
}

/** `tools/list`, answered with so many tools at once. */
export function listPool(target: Target, tools: number): RequestPool {
  const requests = Array.from({ length: poolSize }, (_, index) =>
    post(target, encodeMessage(listMessage(eraOf(target), index + 1)), { method: "tools/list" }),
  );
  return {
    requests,
    check(index, response) {
      checkForm(target, response);
      // Every field is checked below.
      const message = JSON.parse(messageOf(response)) as {
        readonly id?: unknown;
        readonly result?: { readonly tools?: readonly unknown[] };
      };
      if (message.id !== index + 1 || message.result?.tools?.length !== tools) {
        throw new Error(`List ${index + 1} was answered ${JSON.stringify(message).slice(0, 200)}`);
      }
    },
  };
}
