import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeCall } from "@towpath/mcp-core/http-node";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { Endpoint } from "./endpoint.js";
import type { HttpOptions } from "./options.js";

/**
 * Answers requests of node:http, of Express, of Fastify and of whatever else has the same pair.
 *
 * A request for a path that is not the endpoint's goes to `next`, as middleware has it; without one it gets 404.
 * A body that the host has parsed is taken from `request.body`, or from `{ body }` as the third argument.
 */
export interface NodeHandler {
  (request: IncomingMessage, response: ServerResponse, rest?: NodeHandlerRest): void;
  /** Whether a path, without its query, is one of the endpoint's. */
  serves(path: string): boolean;
  /**
   * Takes no new work (503, and `ready` fails), and lets what is in flight finish for at most `timeoutMs`
   * (default 5,000 ms). Settles when nothing goes on any more.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** What a host hands over besides: where to go on, or the body it has parsed. */
export type NodeHandlerRest = ((error?: unknown) => void) | { readonly body: unknown };

/**
 * Serves MCP in a server of node:http that is there already, in every revision from 2025-03-26 on.
 * @throws RangeError, TypeError for an option that is not what it must be
 */
export function nodeHandler(mcp: Dispatcher, options: HttpOptions = {}): NodeHandler {
  const endpoint = new Endpoint(mcp, options, false);
  return Object.assign(handlerOf(endpoint), {
    serves: (path: string) => endpoint.serves(path),
    drain: ({ timeoutMs }: { readonly timeoutMs?: number } = {}) => endpoint.drain(timeoutMs),
  });
}

/** A function that answers requests at an endpoint. It has three parameters: with four, Express calls it for errors. */
export function handlerOf(
  endpoint: Endpoint,
): (request: IncomingMessage, response: ServerResponse, rest?: NodeHandlerRest) => void {
  return (request, response, rest) => {
    answer(endpoint, request, response, rest);
  };
}

/** @param continuation `expected`: the client waits to be asked for its body */
export function answer(
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
  rest?: NodeHandlerRest,
  continuation?: "expected",
): void {
  const call = new NodeCall(request, response, endpoint.settings.limits, bodyOf(request, rest), continuation);
  if (endpoint.handle(call)) return;
  if (typeof rest === "function") rest();
  else call.send(404, { "content-type": "text/plain" }, "Not found");
}

function bodyOf(request: IncomingMessage, rest: NodeHandlerRest | undefined): unknown {
  if (typeof rest === "object") return rest.body;
  return (request as { readonly body?: unknown }).body; // where Express and Connect put it
}
