import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { ReadonlyHeaders } from "../contract/index.js";
import type { Bag, Held } from "../protocol/bag.js";
import type { AnswerListener, OpenCall } from "../http-client/connector.js";
import { isEstablished, takeKeepAliveHint } from "./node-agents.js";
import { plainError } from "./node-errors.js";

/** Where a request or a response has its call: listeners that all calls share find it there. */
const CALL = Symbol("call");

interface OfCall {
  [CALL]: NodeCall;
}

/** A call under way over node:http. */
export class NodeCall implements Held, OpenCall {
  slot = 0;
  readonly #place: string;
  readonly #open: Bag<NodeCall>;
  #request: ClientRequest | undefined;
  /** Undefined once there is nothing more to tell. */
  #listener: AnswerListener | undefined;
  #answered = false;
  #begun = false;

  /** Is in `open` until it is over. */
  constructor(place: string, listener: AnswerListener, open: Bag<NodeCall>) {
    this.#place = place;
    this.#listener = listener;
    this.#open = open;
    open.add(this);
  }

  /** Follows a request, which was not ended yet. */
  follow(request: ClientRequest): void {
    this.#request = request;
    // Set here, for the listeners below.
    (request as ClientRequest & OfCall)[CALL] = this;
    request.on("response", onResponse);
    request.on("error", onRequestError);
    // Such as an upgrade that nobody has asked for, of which Node tells nothing else.
    request.on("close", onRequestClose);
  }

  get isUnsent(): boolean {
    // Absent as long as the request waits for a connection.
    const socket: Socket | null | undefined = this.#request?.socket;
    return socket === undefined || socket === null || !isEstablished(socket);
  }

  abort(): void {
    if (this.#listener === undefined) return;
    this.#over();
    this.#request?.destroy();
  }

  /** The request could not even be made; told later, as all else is. */
  refuse(error: Error): void {
    queueMicrotask(() => this.#fail(plainError(this.#place, error), false));
  }

  head(response: IncomingMessage): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#answered = true;
    const headers = new RawHeaders(response.rawHeaders);
    const coding = headers.get("content-encoding");
    if (coding !== null && coding.toLowerCase() !== "identity") {
      this.fail(new Error(`the answer is compressed (${shown(coding)}), which was not asked for`));
      this.#request?.destroy();
      return;
    }
    const hint = headers.get("keep-alive");
    if (hint !== null) takeKeepAliveHint(response.socket, hint);
    // Set here, for the listeners below.
    (response as IncomingMessage & OfCall)[CALL] = this;
    response.setEncoding("utf8");
    response.on("data", onData);
    response.on("end", onEnd);
    response.on("error", onResponseError);
    // Always there in responses to a client.
    listener.head(response.statusCode ?? 0, headers);
  }

  text(piece: string): void {
    if (this.#begun) {
      this.#listener?.text(piece);
      return;
    }
    this.#begun = true;
    const text = piece.startsWith("\uFEFF") ? piece.slice(1) : piece;
    if (text !== "") this.#listener?.text(text);
  }

  end(): void {
    const listener = this.#listener;
    this.#over();
    listener?.end();
  }

  fail(error: Error): void {
    this.#fail(plainError(this.#place, error), !this.isUnsent);
  }

  /** The answer was cut. */
  cut(cause: Error): void {
    this.#fail(
      new Error(`${this.#place}: the connection ended in the middle of the answer`, { cause }),
      true,
    );
  }

  /** Nothing more comes of the request. */
  close(): void {
    // A response tells of its own end.
    if (!this.#answered) this.fail(new Error("the server ended the exchange without an answer"));
  }

  #fail(error: Error, sent: boolean): void {
    const listener = this.#listener;
    this.#over();
    listener?.fail(error, sent);
  }

  #over(): void {
    this.#listener = undefined;
    this.#open.delete(this);
  }
}

function onResponse(this: ClientRequest, response: IncomingMessage): void {
  // `follow` has put it there.
  (this as ClientRequest & OfCall)[CALL].head(response);
}

function onRequestError(this: ClientRequest, error: Error): void {
  // `follow` has put it there.
  (this as ClientRequest & OfCall)[CALL].fail(error);
}

function onRequestClose(this: ClientRequest): void {
  // `follow` has put it there.
  (this as ClientRequest & OfCall)[CALL].close();
}

function onData(this: IncomingMessage, piece: string): void {
  // `head` has put it there.
  (this as IncomingMessage & OfCall)[CALL].text(piece);
}

function onEnd(this: IncomingMessage): void {
  // `head` has put it there.
  (this as IncomingMessage & OfCall)[CALL].end();
}

function onResponseError(this: IncomingMessage, error: Error): void {
  // `head` has put it there.
  (this as IncomingMessage & OfCall)[CALL].cut(error);
}

const shown = (value: string): string => JSON.stringify(value.slice(0, 40));

/** Headers as they came. Only few of them are looked at, which is faster than to make an object of all. */
class RawHeaders implements ReadonlyHeaders {
  /** Name, value, name, value, … */
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    const raw = this.#raw;
    const wanted = name.toLowerCase();
    let value: string | null = null;
    for (let at = 0; at < raw.length; at += 2) {
      const given = raw[at] ?? "";
      if (given.length !== wanted.length || given.toLowerCase() !== wanted) continue;
      const more = raw[at + 1] ?? "";
      value = value === null ? more : `${value}, ${more}`;
    }
    return value;
  }
}
