import type { IncomingMessage, ServerResponse } from "node:http";
import type { ReadonlyHeaders } from "../contract/index.js";
import { systemClock } from "../protocol/clock.js";
import { budgetOf } from "../http/body-budget.js";
import type { CallLimits, EventSink, HttpCall, HttpHeaders, RequestBody } from "../http/call.js";
import { Deadlines } from "../http/deadlines.js";
import { EVENT_STREAM_HEADERS } from "../http/event-stream-headers.js";
import { readNodeBody, type BodyBounds } from "./node-body.js";
import { isClosed, onClose } from "./node-close.js";
import { isOut, NodeDelivery } from "./node-delivery.js";
import { nodeHead } from "./node-head.js";
import { NodeHeaders } from "./node-headers.js";
import { NodeSink } from "./node-sink.js";
import { lingerThenEnd } from "./node-linger.js";

interface CallBounds extends BodyBounds {
  readonly stalls: Deadlines;
}

const bounds = new WeakMap<CallLimits, CallBounds>();

/** One set of timers, and one budget, for all calls with the same limits. */
function boundsOf(limits: CallLimits): CallBounds {
  let found = bounds.get(limits);
  if (found === undefined) {
    found = {
      budget: budgetOf(limits),
      bodies: new Deadlines(limits.requestTimeoutMs, systemClock),
      stalls: new Deadlines(limits.stallTimeoutMs, systemClock),
    };
    bounds.set(limits, found);
  }
  return found;
}

/** A body that nobody reads and that is no longer than this does not cost its client the connection. */
const LITTLE_BYTES = 64 * 1024;

/** A request of node:http, and the answer to it. Works under Express, Fastify and others that hand over the same pair. */
export class NodeCall implements HttpCall {
  readonly method: string;
  readonly headers: ReadonlyHeaders;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #limits: CallLimits;
  readonly #bounds: CallBounds;
  readonly #parsed: unknown;
  /** Asks for the body, where the client waits for that, and nobody has. */
  #ask: (() => void) | undefined;
  /** The body is being read, or was. */
  #begun = false;
  /** All of the answer is on its way. */
  #delivered = false;
  #onGone: (() => void) | undefined;

  /**
   * @param limits one object for many calls, as they share timers, and what their bodies may have together, through it
   * @param parsed what the host has made of the body; `undefined`: nothing, it is still to be read
   * @param continuation `expected`: the client waits to be asked for the body, and nobody has (100 Continue)
   */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    limits: CallLimits,
    parsed?: unknown,
    continuation?: "expected",
  ) {
    this.method = request.method ?? "GET";
    this.headers = new NodeHeaders(request);
    this.#request = request;
    this.#response = response;
    this.#limits = limits;
    this.#bounds = boundsOf(limits);
    this.#parsed = parsed;
    if (continuation !== undefined)
      this.#ask = () => {
        this.#ask = undefined;
        response.writeContinue();
      };
  }

  get path(): string {
    return pathOf(this.#request);
  }

  get query(): URLSearchParams {
    const url = urlOf(this.#request);
    const mark = url.indexOf("?");
    return new URLSearchParams(mark === -1 ? "" : url.slice(mark));
  }

  body(): Promise<RequestBody> {
    this.#begun = true;
    return this.#parsed === undefined
      ? readNodeBody(this.#request, this.#limits, this.#bounds, this.#ask)
      : Promise.resolve({ kind: "parsed", value: this.#parsed });
  }

  send(status: number, headers: HttpHeaders, body = ""): void {
    const response = this.#response;
    if (isClosed(response)) return;
    if (response.headersSent) {
      response.end(); // a stream that cannot go on
      return;
    }
    const head = nodeHead(headers);
    // A 204 has no length, not even 0 (RFC 9110, section 8.6).
    if (status !== 204) head.push("content-length", String(Buffer.byteLength(body)));
    const content = this.method === "HEAD" ? "" : body;
    if (!this.#request.complete && this.#mustClose()) {
      head.push("connection", "close");
      response.writeHead(status, head);
      lingerThenEnd(this.#request, response, content, this.#limits.requestTimeoutMs);
    } else {
      response.writeHead(status, head);
      response.end(content);
    }
    this.#deliver();
  }

  stream(headers: HttpHeaders): EventSink {
    const response = this.#response;
    const sink = new NodeSink(response, this.#bounds.stalls, this.#limits.maxQueuedBytes, (delivery) =>
      this.#deliver(delivery),
    );
    if (isClosed(response)) return sink;
    // A body nobody reads would fill the connection and hide that the client left.
    this.#request.resume();
    response.socket?.setNoDelay(true);
    response.writeHead(200, nodeHead(headers, EVENT_STREAM_HEADERS));
    sink.begin();
    return sink;
  }

  onGone(listener: () => void): void {
    const first = this.#onGone === undefined;
    this.#onGone = listener;
    if (isClosed(this.#response)) this.#closed();
    else if (first) onClose(this.#response, () => this.#closed());
  }

  /** Whether what is left of the request is too much to be let pass for the sake of the connection. */
  #mustClose(): boolean {
    if (this.#ask !== undefined) return true; // its client may send the body all the same, or may not
    const bytes = announced(this.#request);
    return this.#begun ? bytes !== 0 : !(bytes <= LITTLE_BYTES);
  }

  #closed(): void {
    const listener = this.#onGone;
    this.#onGone = undefined;
    if (!this.#delivered) listener?.();
  }

  /** Sees what was written through to its end. */
  #deliver(watching?: NodeDelivery): void {
    const response = this.#response;
    if (isOut(response)) {
      this.#delivered = true;
      watching?.stop();
      return;
    }
    const delivery = watching ?? new NodeDelivery(response, this.#bounds.stalls);
    delivery.start();
    // A connection that is cut off "finishes" what waited, too.
    response.once("finish", () => (this.#delivered = !isClosed(response)));
    onClose(response, () => delivery.stop());
  }
}

/** The path of a request as it was sent: without the query, not decoded. */
export function pathOf(request: IncomingMessage): string {
  const url = urlOf(request);
  const path = url.startsWith("/") ? url : withoutAuthority(url);
  const query = path.indexOf("?");
  return query === -1 ? path : path.slice(0, query);
}

function urlOf(request: IncomingMessage): string {
  // Express and Connect cut what they have matched off `url`.
  const { originalUrl } = request as { originalUrl?: unknown };
  return typeof originalUrl === "string" ? originalUrl : (request.url ?? "/");
}

/** A proxy may be asked for a whole URL (RFC 9112, section 3.2.2). */
function withoutAuthority(url: string): string {
  const authority = url.indexOf("//");
  if (authority === -1) return url;
  const path = url.indexOf("/", authority + 2);
  return path === -1 ? "/" : url.slice(path);
}

/** Bytes of the body that may still come; not a number where nobody knows. */
function announced({ headers }: IncomingMessage): number {
  if (headers["transfer-encoding"] !== undefined) return NaN;
  return Number(headers["content-length"] ?? 0);
}
