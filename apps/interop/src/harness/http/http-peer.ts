import type { JsonObject, JsonValue, RequestId, Revision } from "@towpath/mcp-core";
import type { OutgoingHttpHeaders } from "node:http";
import { isRawText, type Harness, type RawPeer, type RawText } from "../harness.js";
import { Inbox, type Matches, type Message, type Received } from "../inbox.js";
import { isObject, mirrored, versionIn } from "./headers.js";
import { HttpServer, JSON_TYPE } from "./http-server.js";
import type { HttpReply } from "./reply.js";

/** The reference server over Streamable HTTP; in a process of its own it would not know more, only later. */
export function httpHarness(sessions: boolean): Harness {
  return {
    transport: sessions ? "streamable-http-sessions" : "streamable-http",
    open: async (revision, settings) =>
      new HttpPeer(await HttpServer.start({ sessions }, settings), revision, sessions),
  };
}

/** Revisions whose clients do not name them in a header. */
const UNVERSIONED: ReadonlySet<unknown> = new Set(["2024-11-05", "2025-03-26"]);

/** A client that posts every message by itself, one after the other, and reads all that comes back. */
export class HttpPeer implements RawPeer {
  readonly #server: HttpServer;
  readonly #inbox = new Inbox();
  readonly #revision: Revision;
  readonly #sessions: boolean;
  readonly #replies = new Map<RequestId, HttpReply>();
  readonly #reading = new Set<Promise<void>>();
  #sending = Promise.resolve();
  #negotiated: JsonValue | undefined;
  #session: string | undefined;

  constructor(server: HttpServer, revision: Revision, sessions: boolean) {
    this.#server = server;
    this.#revision = revision;
    this.#sessions = sessions;
  }

  /** Posts it once the answer to what was posted before has begun, so that messages arrive in order. */
  send(message: JsonValue | RawText): void {
    this.#inOrder(() => this.#post(message));
  }

  abandon(id: RequestId): void {
    this.#inOrder(() => Promise.resolve(this.#replies.get(id)?.close()));
  }

  next(matches: Matches): Promise<Message> {
    return this.#inbox.next(matches);
  }

  nextBatch(): Promise<readonly Message[]> {
    return this.#inbox.nextBatch();
  }

  until(matches: Matches): Promise<readonly Message[]> {
    return this.#inbox.until(matches);
  }

  async end(): Promise<readonly Message[]> {
    await this.#sending;
    await this.#server.drain();
    await Promise.all(this.#reading);
    this.#inbox.end(new Error("The server has ended"));
    return this.#inbox.rest();
  }

  #inOrder(act: () => Promise<void>): void {
    this.#sending = this.#sending.then(act).catch((error: unknown) => this.#fail(error));
  }

  async #post(message: JsonValue | RawText): Promise<void> {
    const text = isRawText(message);
    const reply = await this.#server.send({ body: message, headers: this.#headers(text ? null : message) });
    const { id, method } = text || !isObject(message) ? {} : message;
    const isRequest = typeof id === "string" || typeof id === "number";
    if (isRequest) this.#replies.set(id, reply);
    const read = this.#take(reply).finally(() => isRequest && this.#replies.delete(id));
    if (method === "initialize") await read;
    if (method === "notifications/initialized") await this.#listen();
  }

  #headers(message: JsonValue): OutgoingHttpHeaders {
    const named = versionIn(message);
    const isGreeting = isObject(message) && message["method"] === "initialize";
    const version = named ?? (this.#revision === "2026-07-28" && !isGreeting ? this.#revision : undefined);
    if (version !== undefined) {
      return isObject(message) ? mirrored(message, version) : { "mcp-protocol-version": version };
    }
    return isGreeting ? {} : this.#ofSession();
  }

  #ofSession(): OutgoingHttpHeaders {
    const version = this.#negotiated;
    // Without a session, the header is all there is to tell the oldest revision from the one that is assumed.
    const isNamed = !UNVERSIONED.has(version) || (!this.#sessions && version === "2024-11-05");
    return {
      ...(this.#session !== undefined && { "mcp-session-id": this.#session }),
      ...(isNamed && typeof version === "string" && { "mcp-protocol-version": version }),
    };
  }

  /** Opens the stream for what belongs to no request. */
  async #listen(): Promise<void> {
    if (this.#session === undefined) return;
    const reply = await this.#server.send({ method: "GET", headers: this.#ofSession() });
    void this.#take(reply);
  }

  /** Takes all that comes with a reply. Settles when it is over; never rejects. */
  #take(reply: HttpReply): Promise<void> {
    const read = this.#read(reply)
      .catch((error: unknown) => {
        if (!reply.isClosed) this.#fail(error);
      })
      .finally(() => this.#reading.delete(read));
    this.#reading.add(read);
    return read;
  }

  #fail(cause: unknown): void {
    this.#inbox.end(
      new Error(`A message could not be sent, or its answer not read: ${String(cause)}`, { cause }),
    );
  }

  async #read(reply: HttpReply): Promise<void> {
    const session = reply.headers["mcp-session-id"];
    if (typeof session === "string") this.#session = session;
    if (reply.isStream) {
      for (let message = await reply.next(); message !== undefined; message = await reply.next()) {
        this.#push(message);
      }
      return;
    }
    const text = await reply.text();
    if (text === "") return;
    if (reply.type !== JSON_TYPE) throw new Error(`${String(reply.status)}, no JSON: ${text}`);
    this.#push(JSON.parse(text) as Received); // for the tests to judge
  }

  #push(received: Received): void {
    const { result } = received as { readonly result?: JsonObject }; // a batch has none
    this.#negotiated = result?.["protocolVersion"] ?? this.#negotiated;
    this.#inbox.push(received);
  }
}
