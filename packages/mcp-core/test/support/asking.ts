import type { JsonObject, JsonRpcResponse } from "../../src/jsonrpc/messages.js";
import type { Context } from "../../src/server/context.js";
import type { McpServerOptions } from "../../src/server/options.js";
import { McpServer } from "../../src/server/server.js";
import { openLink, wire, type StatelessOptions, type TestLink, type Wire } from "./link.js";

/** What a client declares that can be asked anything. */
export const EVERYTHING: JsonObject = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
  roots: {},
};

export type Handler = (ctx: Context) => unknown;

/** A server whose tool `run` is the handler, and what it reported. */
export interface Asking extends TestLink {
  readonly server: McpServer;
  readonly errors: unknown[];
  /** One round of a call of the stateless era. */
  round(responses?: JsonObject, state?: string, options?: StatelessOptions): Promise<Wire | undefined>;
}

export function asking(handler: Handler, options: McpServerOptions = {}): Asking {
  const errors: unknown[] = [];
  const server = new McpServer("s", { onError: (error) => void errors.push(error), ...options });
  server.tool("run", {}, (_args, ctx) => handler(ctx) as object); // whatever a handler returns
  const link = openLink(server);
  return { ...link, server, errors, round: (...args) => round(link, ...args) };
}

export function round(
  link: TestLink,
  responses?: JsonObject,
  state?: string,
  options: StatelessOptions = {},
): Promise<Wire | undefined> {
  const params = {
    name: "run",
    ...(responses !== undefined && { inputResponses: responses }),
    ...(state !== undefined && { requestState: state }),
  };
  return link.stateless("tools/call", params, { capabilities: EVERYTHING, ...options });
}

export interface InputRequired {
  readonly state: string;
  readonly keys: readonly string[];
  readonly requests: Readonly<Record<string, { readonly method: string; readonly params?: JsonObject }>>;
  /** The key of the question with this message. */
  keyOf(message: string): string;
  /** The only key there is. */
  readonly key: string;
}

/** What a reply asks for; fails for any other reply. */
export function asked(reply: Wire | undefined): InputRequired {
  const { resultType, requestState, inputRequests } = reply?.result ?? {};
  if (resultType !== "input_required" || typeof requestState !== "string")
    throw new Error(`Nothing is asked in ${JSON.stringify(reply)}`);
  const requests = inputRequests as InputRequired["requests"]; // as the specification has it
  const keys = Object.keys(requests);
  const keyOf = (message: string): string => {
    const found = keys.find((key) => requests[key]?.params?.["message"] === message);
    if (found === undefined) throw new Error(`Nobody asks ${message}`);
    return found;
  };
  return {
    state: requestState,
    keys,
    requests,
    keyOf,
    get key() {
      const [key] = keys;
      if (key === undefined || keys.length > 1) throw new Error(`Not one question but ${keys.join(", ")}`);
      return key;
    },
  };
}

export const messages = ({ requests }: InputRequired): unknown[] =>
  Object.values(requests).map(({ params }) => params?.["message"]);

export const accepted = (content?: JsonObject): JsonObject => ({
  action: "accept",
  ...(content !== undefined && { content }),
});

/** The text of a tool's result, or what went wrong instead. */
export function said(reply: Wire | undefined): unknown {
  const content = reply?.result?.["content"] as readonly { readonly text?: string }[] | undefined; // of a tool
  return content?.[0]?.text ?? reply;
}

/** How a client of the handshake era answers: with a result, an error, or not (yet). */
export type Answering = (request: Wire) => JsonObject | { readonly code: number } | undefined;

/** Calls the tool `run` in the handshake era, and answers what is asked meanwhile. */
export async function callLive(
  opened: TestLink,
  answering: Answering,
  options: { readonly signal?: AbortSignal; readonly params?: JsonObject; readonly method?: string } = {},
): Promise<{ readonly reply: Wire | undefined; readonly sent: Wire[] }> {
  const sent: Wire[] = [];
  const { signal, method = "tools/call", params = { name: "run" } } = options;
  const reply = await opened.request(method, params, {
    ...(signal !== undefined && { signal }),
    send: (message) => {
      const request = wire(message);
      sent.push(request);
      const answer = request.id === undefined ? undefined : answering(request);
      if (answer !== undefined) void opened.link.answer(responseTo(request, answer));
    },
  });
  return { reply, sent };
}

export function responseTo({ id = null }: Wire, answer: JsonObject): JsonRpcResponse {
  const known = id ?? "none";
  return typeof answer["code"] === "number"
    ? { jsonrpc: "2.0", id: known, error: { code: answer["code"], message: "no" } }
    : { jsonrpc: "2.0", id: known, result: answer };
}
