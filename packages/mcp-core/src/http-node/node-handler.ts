import type { IncomingMessage, ServerResponse } from "node:http";
import { DEFAULT_CALL_LIMITS } from "../http-server/call-limits.js";
import type { HostHandler } from "../http-server/host-handler.js";
import type { Services } from "../http-server/services.js";
import { NodeCall, pathOf } from "./node-call.js";

/**
 * Answers requests of node:http, of Express, of Fastify and of whatever else has the same pair.
 *
 * A request for a path that is not one of its own goes to `next`, as middleware has it; without one it gets 404.
 * A body that the host has parsed is taken from `request.body`, or from `{ body }` as the third argument.
 */
export interface NodeHandler extends HostHandler {
  (request: IncomingMessage, response: ServerResponse, rest?: NodeHandlerRest): void;
}

/** What a host hands over besides: where to go on, or the body it has parsed. */
export type NodeHandlerRest = ((error?: unknown) => void) | { readonly body: unknown };

/** Services as a function over node:http. It has three parameters: with four, Express calls it for errors. */
export function nodeHandlerOf(services: Services): NodeHandler {
  const handle = (request: IncomingMessage, response: ServerResponse, rest?: NodeHandlerRest): void => {
    answer(services, request, response, rest);
  };
  return Object.assign(handle, {
    serves: (path: string) => services.at(path) !== undefined,
    drain: ({ timeoutMs }: { readonly timeoutMs?: number } = {}) => services.drain(timeoutMs),
  });
}

/** @param continuation `expected`: the client waits to be asked for its body */
export function answer(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  rest?: NodeHandlerRest,
  continuation?: "expected",
): void {
  const service = services.at(pathOf(request));
  if (service === undefined && typeof rest === "function") {
    rest();
    return;
  }
  const limits = service?.limits ?? DEFAULT_CALL_LIMITS;
  const call = new NodeCall(request, response, limits, bodyOf(request, rest), continuation);
  if (service === undefined) call.send(404, { "content-type": "text/plain" }, "Not found");
  else service.handle(call);
}

function bodyOf(request: IncomingMessage, rest: NodeHandlerRest | undefined): unknown {
  if (typeof rest === "object") return rest.body;
  return (request as { readonly body?: unknown }).body; // where Express and Connect put it
}
