import { ConnectionLostError, shortened } from "@towpath/mcp-core/http";
import { HttpStatusError } from "@towpath/mcp-core/http-client";
import {
  type ClientConnection,
  type ClientExchange,
  type CloseReason,
  DuplexClientConnection,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type MaybePromise,
  type MessageReceiver,
  type RequestId,
  type Revision,
} from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import { endpointOf } from "./endpoint.js";
import { HandshakeOnlyError } from "./errors.js";
import { EventStream, type StreamReader } from "./event-stream.js";
import { Opening } from "./opening.js";
import type { ClientSettings } from "./options.js";
import { Posts } from "./posts.js";

/** Messages that may come before the client has sent any. */
const MAX_EARLY = 100;
/** The session is gone, or was never there. */
const GONE: ReadonlySet<number> = new Set([404, 410]);

/** The client's end of HTTP+SSE: one stream for what the server says, and a POST for each message to it. */
export class SseConnection implements ClientConnection, StreamReader {
  readonly #settings: ClientSettings;
  readonly #receiver: MessageReceiver;
  readonly #channel: Channel;
  readonly #stream: EventStream;
  readonly #messages: DuplexClientConnection;
  readonly #opening: Opening;
  #endpoint: { readonly uri: string; readonly posts: Posts } | undefined;
  /** What came before the client has sent anything: it does not know the connection yet. */
  #early: string[] | undefined = [];

  private constructor(channel: Channel, settings: ClientSettings, receiver: MessageReceiver) {
    this.#settings = settings;
    this.#receiver = receiver;
    this.#channel = channel;
    this.#stream = new EventStream(channel, settings, this);
    this.#messages = new DuplexClientConnection({
      receiver: {
        message: (message) => {
          if ("method" in message && message.method === "ping") this.#stream.pulse();
          receiver.message(message);
        },
        noise: (description) => {
          receiver.noise(description);
        },
      },
      send: (message) => this.#send(message),
      close: () => this.close(),
    });
    const { clock, endpointTimeoutMs } = settings;
    this.#opening = new Opening(clock, endpointTimeoutMs, (late) => {
      this.#stream.fail(late);
    });
  }

  /** Rejects with the reason when the server cannot be reached, or does not say where to post messages. */
  static async open(
    channel: Channel,
    settings: ClientSettings,
    receiver: MessageReceiver,
  ): Promise<SseConnection> {
    const connection = new SseConnection(channel, settings, receiver);
    connection.#stream.open();
    await connection.#opening.done;
    return connection;
  }

  get closed(): Promise<CloseReason> {
    return this.#messages.closed;
  }

  request(message: JsonRpcRequest): ClientExchange {
    const exchange = this.#messages.request(message);
    this.#takeEarly();
    const post = this.#endpoint?.posts.of(message.id);
    if (post === undefined) return exchange;
    // A server that has said all there is need not be waited for.
    const hurry = (): void => this.#endpoint?.posts.hurry(post);
    exchange.response.then(hurry, hurry);
    return {
      response: exchange.response,
      cancel: (reason) => {
        exchange.cancel(reason);
        hurry();
      },
    };
  }

  notify(message: JsonRpcNotification): MaybePromise<void> {
    return this.#messages.notify(message);
  }

  answer(message: JsonRpcResponse): MaybePromise<void> {
    return this.#messages.answer(message);
  }

  negotiated(revision: Revision): void {
    this.#messages.negotiated(revision);
  }

  async close(): Promise<void> {
    this.#end({ kind: "closed" });
  }

  endpoint(uri: string, from: URL): void {
    if (this.#endpoint !== undefined) {
      if (this.#endpoint.uri !== uri)
        this.#receiver.noise("another endpoint, where only the first one counts");
      return;
    }
    try {
      const posts = new Posts(this.#channel, endpointOf(uri, from), this.#settings.clock);
      this.#endpoint = { uri, posts };
      this.#opening.succeed();
    } catch (error) {
      // It throws nothing else than errors.
      this.refused(error as Error);
    }
  }

  message(json: string): void {
    if (this.#early === undefined) this.#messages.receive(json);
    else if (this.#early.length < MAX_EARLY) this.#early.push(json);
    else this.#receiver.noise(`a message before the client has sent any: ${shortened(json, 200)}`);
  }

  refused(reason: Error): void {
    this.#opening.fail(reason);
    this.#end({ kind: "lost", error: reason });
  }

  cut(reason: Error): void {
    const text = `No event stream could be had of ${this.#channel.url.origin}: ${reason.message}`;
    this.#opening.fail(new ConnectionLostError(text, { mayHaveBeenDelivered: false, cause: reason }));
    this.#end({ kind: "lost", error: reason });
  }

  #send(message: JsonRpcMessage): MaybePromise<void> {
    // A connection is given out only once there is an endpoint.
    const posts = this.#endpoint?.posts;
    if (posts === undefined) throw new Error("The server has not said yet where to post messages");
    if (!("method" in message)) return this.#followed(posts.answer(message));
    if ("id" in message) {
      this.#request(posts, message);
      return undefined;
    }
    const { method } = message;
    return method === "notifications/cancelled" ? posts.cancel(message) : this.#followed(posts.send(message));
  }

  #request(posts: Posts, message: JsonRpcRequest): void {
    if (message.method === "server/discover") throw new HandshakeOnlyError();
    const post = posts.request(message);
    post.accepted.catch((error: unknown) => {
      const { said } = post;
      const refusal = error instanceof HttpStatusError ? error : undefined;
      if (refusal !== undefined && GONE.has(refusal.status)) {
        this.#end({ kind: "lost", error: refusal }, message.id);
      } else if (said !== undefined && refusal !== undefined && !isForAuthorization(refusal)) {
        // It may have no id, where the server could read none.
        this.#messages.receive(JSON.stringify({ ...said, id: message.id }));
        // Posts reject with errors.
      } else this.#messages.failed(message.id, error as Error);
    });
  }

  /** A message without an answer, that may tell of the session's end. */
  #followed(accepted: Promise<void>): Promise<void> {
    accepted.catch((error: unknown) => {
      if (error instanceof HttpStatusError && GONE.has(error.status)) this.#end({ kind: "lost", error });
    });
    return accepted;
  }

  #takeEarly(): void {
    const early = this.#early;
    this.#early = undefined;
    for (const json of early ?? []) this.#messages.receive(json);
  }

  /** @param refused the request that the server would not take */
  #end(reason: CloseReason, ...refused: readonly RequestId[]): void {
    const posts = this.#endpoint?.posts;
    this.#messages.ended(reason, [...refused, ...(posts?.unsent() ?? [])]);
    this.#stream.stop();
    posts?.end(reason.error ?? new Error("the connection was closed"));
    this.#channel.close();
  }
}

/** The caller has to be told of these as they are, whatever came with them. */
function isForAuthorization({ status }: HttpStatusError): boolean {
  return status === 401 || status === 403;
}
