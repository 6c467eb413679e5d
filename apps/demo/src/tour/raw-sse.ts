import { EventParser } from "@towpath/mcp-core/http";
import type { JsonObject } from "@towpath/mcp-core";
import { HttpNotebook } from "./http-notebook.js";
import { Inbox } from "./inbox.js";
import type { RawConnection, ServerEnd, ServerProgram } from "./target.js";

/** A server's process, the event stream that comes from it, and the POSTs that go to it, one after the other. */
export async function startRawSse(
  server: ServerProgram,
  stderr: (text: string) => void,
): Promise<RawConnection> {
  const notebook = new HttpNotebook(server, stderr);
  const url = await notebook.url("sse");
  const { body } = await fetch(url, { headers: { accept: "text/event-stream" } });
  if (body === null) throw new Error("The server has sent no event stream");
  return new RawSse(notebook, url, body);
}

class RawSse implements RawConnection {
  readonly #notebook: HttpNotebook;
  readonly #inbox = new Inbox();
  /** Where the server has told to post messages. */
  readonly #endpoint: Promise<URL>;
  #posted: Promise<void>;

  constructor(notebook: HttpNotebook, url: URL, body: ReadableStream<Uint8Array>) {
    this.#notebook = notebook;
    this.#endpoint = new Promise((resolve, reject) => {
      const read = this.#read(body, (uri) => resolve(new URL(uri, url)));
      read.catch(reject);
    });
    this.#posted = this.#endpoint.then(() => undefined);
    this.#posted.catch(() => undefined); // whoever receives is told
  }

  send(text: string): void {
    this.#posted = this.#posted.then(() => this.#post(text));
    this.#posted.catch(() => undefined); // as above
  }

  async receive(): Promise<JsonObject> {
    await this.#posted;
    return this.#inbox.next();
  }

  async close(): Promise<ServerEnd> {
    await this.#posted;
    const end = await this.#notebook.end();
    return { ...end, unread: this.#inbox.unread };
  }

  abandon(): void {
    this.#notebook.abandon();
  }

  async #read(body: ReadableStream<Uint8Array>, found: (uri: string) => void): Promise<void> {
    const event = ({ event: name, data }: { readonly event: string; readonly data: string }): void => {
      if (name === "endpoint") found(data);
      else this.#inbox.add(data);
    };
    const parser = new EventParser({ event }, { maxEventLength: Infinity });
    let reason = new Error("The server has ended its event stream");
    try {
      for await (const piece of body.pipeThrough(new TextDecoderStream())) parser.push(piece);
    } catch (error) {
      if (error instanceof Error) reason = error;
    }
    this.#inbox.end(reason);
    throw reason;
  }

  async #post(text: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(await this.#endpoint, { method: "POST", headers, body: text });
    const answer = await response.text();
    // What is taken is answered on the stream.
    if (response.status !== 202) this.#inbox.add(answer);
  }
}
