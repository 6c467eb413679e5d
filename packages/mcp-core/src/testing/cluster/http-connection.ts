import type { Activity } from "./activity.js";
import type { Breakable, Connections } from "./connection.js";

/** Whatever answers requests of fetch: `fetchHandler(mcp)` of a transport over HTTP, or an application around it. */
export interface FetchService {
  (request: Request): Promise<Response> | Response;
  /** As on SIGTERM: takes nothing new, and settles when all has ended. */
  drain?(options?: { readonly timeoutMs?: number }): Promise<unknown>;
}

/** One request and its answer, as over a connection of their own, which may break at any time. */
export class HttpConnection implements Breakable {
  readonly request: Request;
  readonly #connections: Connections;
  readonly #activity: Activity;
  /** What the node sees of its client. */
  readonly #away = new AbortController();
  #failHead: (reason: unknown) => void = () => undefined;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #over = false;
  readonly #onAbort = (): void => {
    this.#breakWith(this.request.signal.reason);
    this.#tellNode();
  };

  constructor(request: Request, connections: Connections, activity: Activity) {
    this.request = request;
    this.#connections = connections;
    this.#activity = activity;
  }

  /** Rejects as `fetch` does: with a `TypeError` when the connection breaks, or with the reason of the signal. */
  async answer(service: FetchService): Promise<Response> {
    this.request.signal.throwIfAborted();
    this.request.signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#connections.add(this);
    this.#activity.note();
    const broken = new Promise<never>((_, reject) => (this.#failHead = reject));
    try {
      const taken = new Request(this.request, { signal: this.#away.signal });
      const response = await Promise.race([service(taken), broken]);
      if (this.#over) throw reset();
      return new Response(this.#carried(response.body), response);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  cut(): void {
    this.#breakWith(reset());
    this.#tellNode();
  }

  lose(): void {
    this.#breakWith(reset());
  }

  #carried(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
    if (body === null) {
      this.#end();
      return null;
    }
    const source = body.getReader();
    this.#source = source;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#body = controller),
        pull: (controller) => this.#pull(source, controller),
        cancel: () => {
          this.#end();
          this.#tellNode();
        },
      },
      // What the client has not asked for is still on its way, and lost when the connection breaks.
      { highWaterMark: 0 },
    );
  }

  async #pull(
    source: ReadableStreamDefaultReader<Uint8Array>,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    try {
      const { value } = await source.read();
      this.#activity.note();
      if (this.#over) return;
      if (value !== undefined) {
        controller.enqueue(value);
        return;
      }
      controller.close();
    } catch (error) {
      if (!this.#over) controller.error(error);
    }
    this.#end();
  }

  #breakWith(reason: unknown): void {
    if (this.#over) return;
    this.#end();
    this.#failHead(reason);
    this.#body?.error(reason);
  }

  #tellNode(): void {
    // Whether that could be said to a body is nobody's concern.
    this.#source?.cancel().catch(() => undefined);
    this.#away.abort();
  }

  #end(): void {
    this.#over = true;
    this.#connections.delete(this);
    this.request.signal.removeEventListener("abort", this.#onAbort);
  }
}

function reset(): TypeError {
  return new TypeError("fetch failed", { cause: new Error("The connection was reset") });
}
