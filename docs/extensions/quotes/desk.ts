import {
  EncodedResult,
  InternalError,
  ProtocolError,
  RequestLostError,
  ToolError,
  type DetachedHost,
  type ExtensionHost,
  type JsonObject,
  type JsonValue,
  type MethodContext,
  type MethodResult,
  type PreparedCall,
  type ToolCall,
  type Unsubscribe,
} from "@towpath/mcp-core";
import { Ledger, type Entry } from "./ledger.js";
import { QUOTE_CHANGED, QUOTES, type Quote } from "./wire.js";

/** What a call costs. A function is given its arguments as they were sent. */
export type Price = number | ((args: JsonObject) => number);

type Run = Extract<PreparedCall, { readonly kind: "ready" }>["run"];

interface Offer {
  readonly run: Run;
  /** What forgets it when its time is up. */
  readonly expiry: { cancel(): void };
}

export interface DeskOptions {
  readonly currency: string;
  readonly ttlMs: number;
}

/** How long what became of a call is kept, in ms. */
const KEPT_MS = 3_600_000;

/** How long another node may take to begin with a call, in ms. */
const BEGIN_MS = 5_000;

const topicOf = (desk: string): string => `${QUOTES}/desk/${desk}`;

/** Where the calls wait that one node has quoted, and where they run. */
export class Desk {
  readonly #id = crypto.randomUUID();
  readonly #host: ExtensionHost;
  readonly #options: DeskOptions;
  readonly #offers = new Map<string, Offer>();
  readonly #closing = new AbortController();
  #ledgerMade: Ledger | undefined;
  #serving: Promise<Unsubscribe> | undefined;

  constructor(host: ExtensionHost, options: DeskOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Says what a call costs, in place of making it. */
  async offer(call: ToolCall, price: Price, ctx: MethodContext): Promise<MethodResult> {
    const prepared = await call.prepare();
    if (prepared.kind === "answered") return prepared.result; // its arguments do not fit, or it has to ask first
    const { currency, ttlMs } = this.#options;
    const quote: Quote = {
      quoteId: crypto.randomUUID(),
      tool: call.tool.name,
      price: priceOf(price, call),
      currency,
      expiresAt: new Date(Date.now() + ttlMs).toISOString(),
      status: "offered",
    };
    await this.#reachable();
    const owner = ownerOf(ctx);
    await this.#ledger.add({ quote, desk: this.#id, owner, recipient: ctx.recipient }, ttlMs);
    const expiry = this.#host.clock.schedule(ttlMs, () => this.#offers.delete(quote.quoteId));
    this.#offers.set(quote.quoteId, { run: prepared.run, expiry });
    return { resultType: "quote", ...quote };
  }

  /** Has the call made, on the node that has it. Accepting once more changes nothing. */
  async accept(quoteId: string, ctx: MethodContext): Promise<Quote> {
    const { desk } = await this.#ledger.find(quoteId, ownerOf(ctx));
    const accept = (quote: Quote): Quote | undefined =>
      quote.status === "offered" ? { ...quote, status: "running" } : undefined;
    if (await this.#change(quoteId, accept, KEPT_MS)) {
      const { bus } = this.#host.state;
      await bus.request(topicOf(desk), quoteId, { timeoutMs: BEGIN_MS }).catch(async () => {
        await this.#end(quoteId, { error: new RequestLostError().toJSON() });
      });
    }
    return this.get(quoteId, ctx);
  }

  async get(quoteId: string, ctx: MethodContext): Promise<Quote> {
    return (await this.#ledger.find(quoteId, ownerOf(ctx))).quote;
  }

  /** The same for whoever may see it already. */
  async now(quoteId: JsonValue | undefined): Promise<Quote | undefined> {
    return typeof quoteId === "string" ? (await this.#ledger.get(quoteId))?.quote : undefined;
  }

  /** Those of these quotes that the client may see. */
  async visible(quoteIds: readonly string[], ctx: MethodContext): Promise<readonly string[]> {
    const entries = await Promise.all(quoteIds.map((quoteId) => this.#ledger.get(quoteId)));
    return quoteIds.filter((_, at) => entries[at]?.owner === ownerOf(ctx));
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("The server was shut down"));
    for (const { expiry } of this.#offers.values()) expiry.cancel();
    this.#offers.clear();
    const stopServing = await this.#serving;
    await stopServing?.();
  }

  /** Made when it is needed, as a server that shares no state makes one then. */
  get #ledger(): Ledger {
    this.#ledgerMade ??= new Ledger(this.#host.state.records);
    return this.#ledgerMade;
  }

  /** Settles when other nodes can have calls made here. */
  async #reachable(): Promise<void> {
    this.#serving ??= this.#host.state.bus.serve(topicOf(this.#id), (asked) => {
      const quoteId = asked as string; // only desks ask
      const offer = this.#offers.get(quoteId);
      if (offer !== undefined) void this.#run(quoteId, offer);
      return offer !== undefined;
    });
    await this.#serving.catch((error: unknown) => {
      this.#serving = undefined; // tried again by the next
      throw error;
    });
  }

  async #run(quoteId: string, { run, expiry }: Offer): Promise<void> {
    this.#offers.delete(quoteId);
    expiry.cancel();
    const host: DetachedHost = {
      signal: this.#closing.signal,
      ask: () => Promise.reject(new ToolError("A call that was quoted cannot ask anything")),
      progress: async (progress, total) => {
        const said = { progress, ...(total !== undefined && { total }) };
        await this.#change(quoteId, (quote) =>
          quote.status === "running" ? { ...quote, progress: said } : undefined,
        );
      },
      log: () => undefined, // the request it would belong to has been answered
    };
    try {
      const result = await run(host);
      await this.#end(quoteId, { result: result instanceof EncodedResult ? result.value : result });
    } catch (error) {
      if (!(error instanceof ProtocolError)) this.#host.report(error);
      const { code, message } = error instanceof ProtocolError ? error : new InternalError();
      await this.#end(quoteId, { error: { code, message } }).catch((unkept: unknown) => {
        this.#host.report(unkept);
      });
    }
  }

  async #end(quoteId: string, outcome: Pick<Quote, "result" | "error">): Promise<void> {
    await this.#change(quoteId, (quote) =>
      quote.status === "running" ? { ...quote, status: "done", ...outcome } : undefined,
    );
  }

  /** Whether there was anything to change; if so, whoever waits is told. */
  async #change(
    quoteId: string,
    apply: (quote: Quote) => Quote | undefined,
    ttlMs?: number,
  ): Promise<boolean> {
    const changed: Entry | undefined = await this.#ledger.change(quoteId, apply, ttlMs);
    if (changed === undefined) return false;
    this.#host.announce(QUOTE_CHANGED, { quoteId, recipient: changed.recipient });
    return true;
  }
}

function priceOf(price: Price, { params: { arguments: args = {} } }: ToolCall): number {
  return typeof price === "number" ? price : price(args as JsonObject); // which `prepare` has checked
}

function ownerOf({ principal }: MethodContext): string | null {
  return principal?.id ?? null;
}
