import type { Agent } from "node:http";
import type { Duplex } from "node:stream";
import type { HeadersSource, PlainHeaders } from "@towpath/mcp-core/http-client";
import { plainError, type ClientTlsOptions } from "@towpath/mcp-core/http-client-node";
import { WebSocket } from "ws";
import { wsOptions } from "../node/ws-options.js";
import { SUBPROTOCOL } from "../subprotocol.js";
import { connectError, notTaken, tooSlow } from "./connect-error.js";
import type { ClientSettings } from "./options.js";
import { refusalOf } from "./refusal.js";

export interface OpenSettings extends ClientSettings {
  readonly headers: HeadersSource;
  readonly tls: ClientTlsOptions | undefined;
  readonly agent: Agent | undefined;
  /** Aborted when no connection is wanted any more. */
  readonly closing: AbortSignal | undefined;
}

/**
 * Opens a WebSocket of `ws`.
 * @param use takes it at once: messages may come in the same tick
 */
export function openNode<T>(
  url: URL,
  settings: OpenSettings,
  use: (ws: WebSocket, socket: Duplex) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { headers, connectTimeoutMs, clock, closing } = settings;
    let attempt: WebSocket | undefined;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      timer.cancel();
      closing?.removeEventListener("abort", leave);
    };
    const leave = (): void => fail(closing?.reason);
    const fail = (error: unknown): void => {
      end();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what `headers` has thrown
      reject(error);
      attempt?.terminate();
    };
    const open = (sent: PlainHeaders): void => {
      if (isOver) return;
      attempt = requested(url, settings, sent, fail, (ws, socket) => {
        end();
        resolve(use(ws, socket));
      });
    };
    const timer = clock.schedule(connectTimeoutMs, () => fail(connectError(url, tooSlow(connectTimeoutMs))), {
      keepAlive: true,
    });
    closing?.addEventListener("abort", leave, { once: true });
    const source = async (): Promise<PlainHeaders> => (typeof headers === "function" ? headers() : headers);
    source().then(open).catch(fail);
  });
}

function requested(
  url: URL,
  settings: OpenSettings,
  headers: PlainHeaders,
  fail: (error: Error) => void,
  opened: (ws: WebSocket, socket: Duplex) => void,
): WebSocket {
  const ws = new WebSocket(url, [...settings.protocols], allOptions(settings, headers));
  const broke = (error: Error): void => fail(openingError(url, error));
  ws.on("error", broke);
  ws.once("unexpected-response", (_request, response) => void refusalOf(url, response).then(fail));
  ws.once("upgrade", ({ socket }) => {
    ws.once("open", () => {
      // `ws` takes any that was offered.
      if (ws.protocol !== SUBPROTOCOL) {
        fail(connectError(url, notTaken));
        return;
      }
      opened(ws, socket);
      ws.off("error", broke);
    });
  });
  return ws;
}

function allOptions(
  { tls, agent, maxMessageBytes, closeTimeoutMs }: OpenSettings,
  headers: PlainHeaders,
): object {
  return {
    ...tls,
    ...(agent !== undefined && { agent }),
    headers,
    ...wsOptions(maxMessageBytes, closeTimeoutMs),
  };
}

/** `ws` has no other sign of it. */
const OTHER_PROTOCOL = /^Server sent (?:no|an invalid) subprotocol$/;

function openingError(url: URL, error: Error): Error {
  const why = OTHER_PROTOCOL.test(error.message) ? notTaken : plainError(url.host, error).message;
  return connectError(url, why, error);
}
