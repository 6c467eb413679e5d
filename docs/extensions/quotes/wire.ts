import type { JsonObject } from "@towpath/mcp-core";

/** The extension, as both sides declare it. */
export const QUOTES = "com.example/quotes";

/** Says that a quote is no longer what it was. */
export const QUOTE_CHANGED = "notifications/quotes/changed";

/** What a call costs, and what becomes of it. A call that is quoted has it as its result, of the type `quote`. */
export type Quote = {
  readonly quoteId: string;
  readonly tool: string;
  readonly price: number;
  readonly currency: string;
  /** Until when it can be accepted (ISO 8601). */
  readonly expiresAt: string;
  readonly status: "offered" | "running" | "done";
  readonly progress?: { readonly progress: number; readonly total?: number };
  /** When it is done: what the tool returned, or why there is nothing. */
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string };
};
