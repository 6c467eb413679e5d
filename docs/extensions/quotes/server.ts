import {
  InvalidParamsError,
  type ExtensionHost,
  type JsonObject,
  type JsonValue,
  type MethodContext,
  type ServerExtension,
  type Told,
  type ToolInfo,
} from "@towpath/mcp-core";
import { Desk, type DeskOptions, type Price } from "./desk.js";
import { QUOTE_CHANGED, QUOTES } from "./wire.js";

/** The option `extensions` of a tool whose calls cost something. */
export function priced(price: Price): Readonly<Record<string, unknown>> {
  return { [QUOTES]: { price } };
}

/** Quotes a price for calls of tools that have one, and makes them when it was accepted. */
export function quotes(options: Partial<DeskOptions> = {}): (host: ExtensionHost) => ServerExtension {
  const { currency = "EUR", ttlMs = 300_000 } = options;
  return (host) => {
    const desk = new Desk(host, { currency, ttlMs });
    const told: Told = { render: (params) => desk.now(params?.["quoteId"]) };
    let offered = false;
    return {
      id: QUOTES,
      settings: { currency },
      offered: () => offered,
      tools: {
        registered: (tool) => {
          if (priceIn(tool) === undefined) return;
          if (tool.definition.task !== undefined) throw new TypeError(`${tool.name}: no task can be quoted`);
          offered = true;
        },
        describe: (tool) => described(tool, currency),
        call: (call, ctx) => {
          const price = priceIn(call.tool);
          if (price === undefined) return undefined;
          requireQuotes(ctx);
          return desk.offer(call, price, ctx);
        },
      },
      resultTypes: ["quote"],
      methods: {
        "quotes/accept": {
          eras: ["handshake", "stateless"],
          mirroredName: "quoteId",
          handle: (params, ctx) => desk.accept(quoteIdIn(params, ctx), ctx),
        },
        "quotes/get": {
          eras: ["handshake", "stateless"],
          mirroredName: "quoteId",
          handle: (params, ctx) => desk.get(quoteIdIn(params, ctx), ctx),
        },
      },
      listenFilters: {
        quoteIds: {
          notification: QUOTE_CHANGED,
          open: async (asked, ctx) => {
            requireQuotes(ctx);
            const ids = await desk.visible(quoteIdsIn(asked), ctx);
            if (ids.length === 0) return undefined;
            return {
              ...told,
              honoured: ids,
              lets: (params) => ids.some((id) => id === params?.["quoteId"]),
              missed: () => ids.map((quoteId) => ({ quoteId })),
            };
          },
        },
      },
      pushes: {
        [QUOTE_CHANGED]: { ...told, lets: (params, to) => params?.["recipient"] === to.recipient },
      },
      close: () => desk.close(),
    };
  };
}

/** @throws TypeError for what is no price */
function priceIn({ name, definition }: ToolInfo): Price | undefined {
  const option = definition.extensions?.[QUOTES] as { readonly price?: unknown } | undefined; // anything
  if (option === undefined) return undefined;
  const { price } = option;
  if (typeof price === "function") return price as Price; // what a function takes cannot be looked at
  if (typeof price === "number" && price >= 0) return price;
  throw new TypeError(`${name}: the price must be a number of at least 0, or a function`);
}

function described(tool: ToolInfo, currency: string): JsonObject | undefined {
  const price = priceIn(tool);
  if (price === undefined) return undefined;
  const told = { currency, ...(typeof price === "number" && { price }) };
  return { _meta: { [QUOTES]: told } };
}

function requireQuotes(ctx: MethodContext): void {
  ctx.require({ extensions: { [QUOTES]: {} } });
}

function quoteIdIn({ quoteId }: JsonObject, ctx: MethodContext): string {
  requireQuotes(ctx);
  if (typeof quoteId === "string") return quoteId;
  throw new InvalidParamsError("Invalid params: quoteId must be a string");
}

function quoteIdsIn(asked: JsonValue): readonly string[] {
  if (Array.isArray(asked) && asked.length <= 100 && asked.every((id) => typeof id === "string"))
    return asked;
  throw new InvalidParamsError("Invalid params: quoteIds must be a list of at most 100 strings");
}
