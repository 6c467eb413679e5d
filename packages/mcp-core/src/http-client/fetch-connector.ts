import type { AnswerListener, Connector, OpenCall, OutgoingCall } from "./connector.js";
import { CrossOriginError, foreignPage, pageOrigin } from "./cross-origin.js";
import { RedirectError, withoutUserinfo } from "./errors.js";

export interface FetchConnectorOptions {
  /** Default: the runtime's. */
  readonly fetch?: typeof fetch | undefined;
}

/** HTTP over `fetch`, which keeps connections as it likes. */
export function fetchConnector(options: FetchConnectorOptions = {}): Connector {
  return new FetchConnector(options.fetch ?? globalThis.fetch);
}

class FetchConnector implements Connector {
  readonly #fetch: typeof fetch;
  readonly #open = new Set<FetchCall>();
  #closed = false;

  constructor(given: typeof fetch) {
    this.#fetch = given;
  }

  send(call: OutgoingCall, listener: AnswerListener): OpenCall {
    const open = new FetchCall(call, listener, this.#open);
    if (this.#closed) open.refuse();
    else void open.run(this.#fetch);
    return open;
  }

  close(): void {
    this.#closed = true;
    for (const call of this.#open) call.abort();
  }
}

class FetchCall implements OpenCall {
  readonly #call: OutgoingCall;
  readonly #open: Set<FetchCall>;
  readonly #controller = new AbortController();
  /** Undefined once there is nothing more to tell. */
  #listener: AnswerListener | undefined;

  constructor(call: OutgoingCall, listener: AnswerListener, open: Set<FetchCall>) {
    this.#call = call;
    this.#listener = listener;
    this.#open = open;
    open.add(this);
  }

  abort(): void {
    this.#over();
    this.#controller.abort();
  }

  refuse(): void {
    queueMicrotask(() => this.#fail("the client was closed", undefined, false));
  }

  async run(fetch: typeof globalThis.fetch): Promise<void> {
    let response: Response;
    try {
      response = await fetch(this.#url(), this.#init());
    } catch (error) {
      // It may be thrown at once, when whoever called does not listen yet.
      await Promise.resolve();
      this.#failed(error);
      return;
    }
    if (response.type === "opaqueredirect") {
      // No more is known of it.
      const { url } = this.#call;
      this.#tell((listener) => listener.refuse(new RedirectError({ url })));
      return;
    }
    this.#listener?.head(response.status, response.headers);
    await this.#read(response.body);
  }

  #failed(error: unknown): void {
    const { url, headers } = this.#call;
    const page = foreignPage(url);
    // For these, the runtime's error has the value in it, which may be secret.
    if (!isSendable(headers)) this.#fail("a header has a name or value that none can have", undefined, false);
    else if (page === undefined) this.#fail(`the request failed: ${reasonOf(error)}`, error, true);
    else this.#tell((listener) => listener.fail(new CrossOriginError(url, page, error), true));
  }

  /** `fetch` refuses URLs with userinfo, and shows it in its error. */
  #url(): URL {
    const { url } = this.#call;
    return url.username === "" && url.password === "" ? url : withoutUserinfo(url);
  }

  #init(): RequestInit {
    const { method, headers, body } = this.#call;
    // Node's types leave `cache` out.
    const init: RequestInit & { cache?: "no-store" } = {
      method,
      headers,
      redirect: "manual",
      signal: this.#controller.signal,
    };
    if (body !== undefined) init.body = body;
    // Nothing else is ever taken from a cache. Only browsers have one for certain, and some runtimes refuse the option.
    if (method === "GET" && pageOrigin() !== undefined) init.cache = "no-store";
    return init;
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    const decoder = new TextDecoder();
    try {
      const reader = body?.getReader();
      for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
        const piece = decoder.decode(chunk.value, { stream: true });
        if (piece !== "") this.#listener?.text(piece);
      }
    } catch (error) {
      this.#fail(`the connection ended in the middle of the answer: ${reasonOf(error)}`, error, true);
      return;
    }
    const rest = decoder.decode();
    if (rest !== "") this.#listener?.text(rest);
    this.#tell((listener) => listener.end());
  }

  #fail(words: string, cause: unknown, sent: boolean): void {
    const error = new Error(`${this.#call.url.host}: ${words}`, { cause });
    this.#tell((listener) => listener.fail(error, sent));
  }

  /** The last thing there is to tell. */
  #tell(last: (listener: AnswerListener) => void): void {
    const listener = this.#listener;
    this.#over();
    if (listener !== undefined) last(listener);
  }

  #over(): void {
    this.#listener = undefined;
    this.#open.delete(this);
  }
}

function isSendable(headers: OutgoingCall["headers"]): boolean {
  try {
    new Headers(headers);
    return true;
  } catch {
    return false;
  }
}

/** Node's `fetch` says in `cause` what went wrong. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
