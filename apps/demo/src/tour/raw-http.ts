import { Meta, type JsonObject } from "@towpath/mcp-core";
import { EventParser } from "@towpath/mcp-core/http";
import { HttpNotebook } from "./http-notebook.js";
import { messageIn } from "./inbox.js";
import type { RawConnection, ServerEnd, ServerProgram } from "./target.js";

const SESSION_HEADER = "mcp-session-id";

/** A server's process, and the HTTP requests that go to it, one after the other. */
export async function startRawHttp(
  server: ServerProgram,
  stderr: (text: string) => void,
): Promise<RawConnection> {
  const notebook = new HttpNotebook(server, stderr);
  return new RawHttp(notebook, await notebook.url("streamable-http"));
}

class RawHttp implements RawConnection {
  readonly #notebook: HttpNotebook;
  readonly #url: URL;
  readonly #unread: JsonObject[] = [];
  #session: string | undefined;
  #answered: Promise<void> = Promise.resolve();

  constructor(notebook: HttpNotebook, url: URL) {
    this.#notebook = notebook;
    this.#url = url;
  }

  send(text: string): void {
    this.#answered = this.#answered.then(() => this.#post(text));
    // Whoever receives is told.
    this.#answered.catch(() => undefined);
  }

  async receive(): Promise<JsonObject> {
    await this.#answered;
    const message = this.#unread.shift();
    if (message === undefined) throw new Error("The server did not answer");
    return message;
  }

  async close(): Promise<ServerEnd> {
    await this.#answered;
    return { ...(await this.#notebook.end()), unread: this.#unread.length };
  }

  abandon(): void {
    this.#notebook.abandon();
  }

  async #post(text: string): Promise<void> {
    const { session, type, body } = await post(this.#url, text, this.#session);
    this.#session = session ?? this.#session;
    this.#take(type, body);
  }

  #take(type: string | null, body: string): void {
    if (type === "text/event-stream") {
      const parser = new EventParser({ event: ({ data }) => this.#add(data) }, { maxEventLength: Infinity });
      parser.push(body);
    } else if (body !== "") this.#add(body);
  }

  #add(json: string): void {
    this.#unread.push(messageIn(json));
  }
}

export interface Posted {
  readonly status: number;
  /** That has begun with it. */
  readonly session: string | undefined;
  readonly type: string | null;
  readonly body: string;
}

/** Sends a text as one message, and settles when all of the answer is there. */
export async function post(url: URL, text: string, session?: string): Promise<Posted> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(mirrored(text) ?? sessionHeader(session)),
    },
    body: text,
  });
  return {
    status: response.status,
    session: response.headers.get(SESSION_HEADER) ?? undefined,
    type: response.headers.get("content-type"),
    body: await response.text(),
  };
}

export function sessionHeader(session: string | undefined): Record<string, string> {
  return session === undefined ? {} : { [SESSION_HEADER]: session };
}

interface SelfDescribing {
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly _meta?: Readonly<Record<string, string>> };
}

/** The headers that repeat what a request of the stateless era says; none for any other text. */
function mirrored(text: string): Record<string, string> | undefined {
  let message: SelfDescribing;
  try {
    // The tour's own messages, or text that does not parse.
    message = JSON.parse(text) as SelfDescribing;
  } catch {
    return undefined;
  }
  const { method = "", params: { name, _meta } = {} } = message;
  const version = _meta?.[Meta.protocolVersion];
  if (version === undefined) return undefined;
  return {
    "mcp-protocol-version": version,
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": name }),
  };
}
