import { ConnectionLostError, Deadlines } from "@towpath/mcp-core/http";
import { HttpStatusError, type OutgoingCall } from "@towpath/mcp-core/http-client";
import type {
  Clock,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import { Post } from "./post.js";

/** How long a server may take to accept a message that has no answer. */
const ACCEPT_MS = 30_000;
/** How long one may take to accept a request that was answered by then, or is no longer wanted. */
const LINGER_MS = 10_000;
/** How long a cancellation waits for the server to accept what it cancels, before it is sent, and once more then. */
const CANCEL_AFTER_MS = 1_000;
/** The pauses before what may not have arrived is sent again, where a second one does nothing. */
const AGAIN_MS = [250, 1_000];

/** What is on its way to one endpoint. */
export class Posts {
  readonly #channel: Channel;
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #accepting: Deadlines;
  readonly #lingering: Deadlines;
  readonly #open = new Set<Post>();
  /** Requests that are not accepted yet. */
  readonly #requests = new Map<RequestId, Post>();
  #ended: Error | undefined;
  /** Ends those who wait. */
  readonly #pauses = new Set<() => void>();

  constructor(channel: Channel, url: URL, clock: Clock) {
    this.#channel = channel;
    this.#url = url;
    this.#clock = clock;
    this.#accepting = new Deadlines(ACCEPT_MS, clock);
    this.#lingering = new Deadlines(LINGER_MS, clock);
  }

  /** The request with this id, as long as it is not accepted. */
  of(id: RequestId): Post | undefined {
    return this.#requests.get(id);
  }

  /** Requests of which the server knows nothing. */
  unsent(): RequestId[] {
    return [...this.#requests].filter(([, post]) => post.isUnsent).map(([id]) => id);
  }

  /** A request, which may take as long as its caller waits: some servers accept it when they have worked on it. */
  request(message: JsonRpcRequest): Post {
    const { id } = message;
    const post = this.#begin(message, "requests");
    this.#requests.set(id, post);
    const settled = (): void => void this.#requests.delete(id);
    post.accepted.then(settled, settled);
    return post;
  }

  /** What came of it is known by now. */
  hurry(post: Post): void {
    post.hurry(this.#lingering);
  }

  async send(message: JsonRpcMessage): Promise<void> {
    const post = this.#begin(message, "control");
    post.hurry(this.#accepting);
    await post.accepted;
  }

  answer(message: JsonRpcResponse): Promise<void> {
    return this.#insist(message);
  }

  /** Tells the server that a request is no longer wanted, unless it does not know of it: a cancellation that comes first cancels nothing. */
  async cancel(message: JsonRpcNotification): Promise<void> {
    // Core puts it there.
    const post = this.#requests.get(message.params?.["requestId"] as RequestId);
    if (post === undefined) return this.#insist(message);
    if (post.isUnsent) {
      post.giveUp(new Error("it was cancelled"));
      return;
    }
    const known = isKnown(post);
    const soon = await this.#within(CANCEL_AFTER_MS, known);
    if (soon === false) return;
    await this.#insist(message);
    // It may have come first all the same.
    if (soon === undefined && (await known) && this.#ended === undefined) await this.#insist(message);
  }

  /** The connection is over. */
  end(reason: Error): void {
    this.#ended ??= reason;
    for (const over of this.#pauses) over();
    for (const post of this.#open) post.giveUp(reason);
  }

  /** Sends what does nothing when it comes a second time. */
  async #insist(message: JsonRpcMessage): Promise<void> {
    for (const pauseMs of AGAIN_MS) {
      try {
        await this.send(message);
        return;
      } catch (error) {
        if (this.#ended !== undefined || !mayPass(error)) throw error;
        await this.#pause(pauseMs);
      }
    }
    await this.send(message);
  }

  #begin(message: JsonRpcMessage, pool: OutgoingCall["pool"]): Post {
    if (this.#ended !== undefined) {
      const text = `The connection is over: ${this.#ended.message}`;
      throw new ConnectionLostError(text, { mayHaveBeenDelivered: false, cause: this.#ended });
    }
    const body = JSON.stringify(message);
    const post = new Post(this.#url, (over) => this.#open.delete(over));
    this.#open.add(post);
    post.begin((listener) => this.#channel.post(this.#url, body, pool, listener));
    return post;
  }

  /** `undefined`: it is not known in time. */
  #within<T>(ms: number, value: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const timer = this.#clock.schedule(ms, () => resolve(undefined), { keepAlive: true });
      void value.then((known) => {
        timer.cancel();
        resolve(known);
      });
    });
  }

  /** Waits, but no longer than the connection lasts. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        timer.cancel();
        this.#pauses.delete(over);
        resolve();
      };
      const timer = this.#clock.schedule(ms, over, { keepAlive: true });
      this.#pauses.add(over);
    });
  }
}

/** Whether the same may be accepted the next time. */
function mayPass(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 500 || error.status === 429;
  return error instanceof ConnectionLostError;
}

/** Settles once the server has accepted a request, or will not: whether it may know of it. */
function isKnown({ accepted }: Post): Promise<boolean> {
  return accepted.then(
    () => true,
    (error: unknown) => error instanceof ConnectionLostError && error.mayHaveBeenDelivered,
  );
}
