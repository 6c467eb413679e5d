import {
  InvalidResultError,
  ProtocolError,
  RequestTimeoutError,
  type ClientCall,
  type ClientExtension,
  type ClientExtensionHost,
  type ExtendedFilter,
  type JsonObject,
} from "@towpath/mcp-core";
import { QUOTE_CHANGED, QUOTES, type Quote } from "./wire.js";

export interface QuotesClientOptions {
  /** Whether a call is worth its price. `signal`: nobody wants to know any more. */
  readonly confirm: (quote: Quote, signal: AbortSignal) => boolean | Promise<boolean>;
}

/** How often the server is asked how a call stands, in ms, whatever it tells by itself. */
const POLL_MS = 5_000;

/** Takes quotes in place of results, and settles with the result that was paid for. */
export function quotesClient(options: QuotesClientOptions): (host: ClientExtensionHost) => ClientExtension {
  return (host) => {
    const payer = new Payer(host, options);
    return {
      id: QUOTES,
      methods: ["quotes/accept", "quotes/get"],
      mirroredNames: { "quotes/accept": "quoteId", "quotes/get": "quoteId" },
      resultTypes: ["quote"],
      follow: (result, call) => payer.follow(result, call),
      notifications: {
        [QUOTE_CHANGED]: (params) => {
          if (isQuote(params)) payer.heard(params);
        },
      },
      listenFilters: ["quoteIds"],
    };
  };
}

class Payer {
  readonly #host: ClientExtensionHost;
  readonly #options: QuotesClientOptions;
  readonly #awaited = new Map<string, (quote: Quote) => void>();

  constructor(host: ClientExtensionHost, options: QuotesClientOptions) {
    this.#host = host;
    this.#options = options;
  }

  heard(quote: Quote): void {
    this.#awaited.get(quote.quoteId)?.(quote);
  }

  async follow(result: JsonObject, call: ClientCall): Promise<JsonObject> {
    const offered = quoteIn(result);
    const over = new AbortController();
    const { signal: given } = call.options;
    const signal = AbortSignal.any([over.signal, this.#host.closing, ...(given ? [given] : [])]);
    try {
      if (!(await this.#options.confirm(offered, signal)))
        return { content: [{ type: "text", text: "The price was not accepted" }], isError: true };
      signal.throwIfAborted();
      return outcomeOf(await this.#paid(offered.quoteId, call, over, signal));
    } finally {
      over.abort();
    }
  }

  /** Accepts a quote, and settles with it when it is done. */
  async #paid(
    quoteId: string,
    { method, options, limits }: ClientCall,
    over: AbortController,
    signal: AbortSignal,
  ): Promise<Quote> {
    const { maxTotalTimeoutMs: mostMs } = limits;
    const deadline = this.#host.clock.schedule(mostMs, () => {
      over.abort(new RequestTimeoutError(method, mostMs, "total"));
    });
    const done = new Promise<Quote>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error)); // which it is, by convention
      this.#awaited.set(quoteId, (quote) => {
        if (quote.progress !== undefined) options.onProgress?.(quote.progress);
        if (quote.status === "done") resolve(quote);
      });
      this.#accept(quoteId, signal).catch(reject);
    });
    return done.finally(() => {
      deadline.cancel();
      this.#awaited.delete(quoteId);
    });
  }

  /** Accepts a quote, and from then on asks from time to time how it stands, in case that nothing is told. */
  async #accept(quoteId: string, signal: AbortSignal): Promise<void> {
    const filter: ExtendedFilter = { quoteIds: [quoteId] };
    await this.#host.listen(filter, () => undefined, { signal }).catch(() => undefined);
    for (let method = "quotes/accept"; !signal.aborted; method = "quotes/get") {
      this.heard(quoteIn(await this.#host.request(method, { quoteId }, { signal })));
      await new Promise<void>((resolve) => void this.#host.clock.schedule(POLL_MS, resolve));
    }
  }
}

function outcomeOf({ result, error }: Quote): JsonObject {
  if (error !== undefined) throw new ProtocolError(error.code, error.message);
  if (result !== undefined) return result;
  throw new InvalidResultError("The quote is done, and has no result");
}

function quoteIn(result: JsonObject): Quote {
  if (isQuote(result)) return result;
  throw new InvalidResultError("What the server sent is no quote");
}

function isQuote(value: JsonObject): value is JsonObject & Quote {
  const { quoteId, price, currency, status } = value;
  const isKnown = status === "offered" || status === "running" || status === "done";
  return (
    [quoteId, currency].every((text) => typeof text === "string") && typeof price === "number" && isKnown
  );
}
