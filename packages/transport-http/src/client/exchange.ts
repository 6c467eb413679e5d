import {
  ConnectionLostError,
  ErrorCode,
  isMediaType,
  isResponse,
  shortened,
  type Timed,
  UnreadableResponseError,
} from "@towpath/mcp-core/http";
import type {
  ClientExchange,
  Held,
  JsonRpcRequest,
  JsonRpcResponse,
  MirroredHeaders,
  ReadonlyHeaders,
  RequestId,
} from "@towpath/mcp-core/transport";
import {
  type AnswerListener,
  HttpStatusError,
  type OpenCall,
  statusError,
} from "@towpath/mcp-core/http-client";
import { EventStream, type StreamReader } from "./event-stream.js";
import { takeText, type Taker } from "./incoming.js";
import type { Line } from "./line.js";

/** Visible ASCII, and not endless (2025-11-25, Transports, Session Management). */
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/;

/** Questions that are kept in mind: more are not answered at once, either. */
const MAX_QUESTIONS = 1_024;

/** One request and what comes back for it: a JSON body, or a stream of events that the response ends. */
export class Exchange implements AnswerListener, ClientExchange, Held, OpenCall, StreamReader, Taker, Timed {
  readonly response: Promise<JsonRpcResponse>;
  slot = 0;
  place: Timed["place"];
  readonly #line: Line;
  readonly #message: JsonRpcRequest;
  /** In the stateless era. */
  readonly #mirrored: MirroredHeaders | undefined;
  /** The session it was sent in. */
  readonly #sessionId: string | undefined;
  #resolve: (response: JsonRpcResponse) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #call: OpenCall | undefined;
  #status = 0;
  #headers: ReadonlyHeaders | undefined;
  #body = "";
  #stream: EventStream | undefined;
  /** Questions of the server's, whether or not they were answered. */
  #asked: RequestId[] | undefined;
  #isSettled = false;

  constructor(line: Line, message: JsonRpcRequest, mirrored: MirroredHeaders | undefined) {
    this.#line = line;
    this.#message = message;
    this.#mirrored = mirrored;
    this.#sessionId = mirrored === undefined ? line.channel.sessionId : undefined;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get receiver(): Line["receiver"] {
    return this.#line.receiver;
  }

  get takesBatches(): boolean {
    return this.#line.takesBatches;
  }

  send(): void {
    try {
      const body = JSON.stringify(this.#message);
      this.#call = this.#line.channel.post(body, this.#mirrored, "requests", this);
    } catch (error) {
      // The message is one that JSON cannot carry.
      this.giveUp(error instanceof Error ? error : new TypeError(String(error)));
    }
  }

  /** Fails, and takes nothing more. */
  giveUp(error: Error): void {
    if (!this.#settle()) return;
    this.abort();
    this.#reject(error);
  }

  /** Closing the stream is what cancels in the stateless era; in the other one it says nothing. */
  cancel(reason: string): void {
    if (!this.#settle()) return;
    const isUnsent = this.#call?.isUnsent === true;
    this.abort();
    if (this.#mirrored === undefined && !isUnsent) this.#line.cancelled(this.#message, reason);
    // What was asked for its sake nobody wants to know any more, and the server cannot say so here.
    for (const requestId of this.#asked ?? [])
      this.receiver.message({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId, reason },
      });
  }

  head(status: number, headers: ReadonlyHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#line.answered();
    if (status !== 200) return;
    if (this.#message.method === "initialize") this.#begun(headers.get("mcp-session-id"));
    const isStream = isMediaType(headers.get("content-type"), "text/event-stream");
    if (isStream && !this.#isSettled) this.#begin();
  }

  text(piece: string): void {
    if (this.#stream !== undefined) this.#stream.text(piece);
    else if (!this.#isSettled) {
      this.#body += piece;
      const { maxMessageBytes } = this.#line.settings;
      if (this.#body.length > maxMessageBytes) {
        const text = `The answer is longer than ${String(maxMessageBytes)} characters (maxMessageBytes)`;
        this.giveUp(new UnreadableResponseError(text));
      }
    }
  }

  end(): void {
    if (this.#isSettled) this.#line.lingering.delete(this);
    else if (this.#stream !== undefined) this.#stream.end();
    else if (this.#status === 200) this.#read();
    else this.#refused();
  }

  fail(error: Error, sent: boolean): void {
    if (this.#isSettled) this.#line.lingering.delete(this);
    else if (this.#stream !== undefined) this.#stream.fail(error);
    else this.giveUp(lost(`The request got no answer: ${error.message}`, error, sent));
  }

  refuse(error: Error): void {
    this.giveUp(error);
  }

  data(json: string): void {
    takeText(json, this);
  }

  over(reason: Error): void {
    const isRefusal = reason instanceof HttpStatusError && !isForAuthorization(reason);
    if (isRefusal && reason.status === 404 && this.#sessionId !== undefined) this.#line.sessionEnded(reason);
    this.giveUp(
      isRefusal ? lost(`The stream cannot be taken up again: ${reason.message}`, reason, true) : reason,
    );
  }

  respond(response: JsonRpcResponse): boolean {
    const { id } = this.#message;
    if (this.#isSettled && response.id === id) return true; // to what was cancelled
    // An error that is about no request in particular is about the only one there is.
    const ours = response.id === id || ("error" in response && (response.id ?? undefined) === undefined);
    if (!ours || !this.#settle()) return false;
    if (this.#stream !== undefined) {
      this.#stream.finish();
      this.#line.lingering.add(this);
    }
    this.#resolve(response.id === id ? response : { ...response, id });
    return true;
  }

  asked(id: RequestId): void {
    this.#asked ??= [];
    if (this.#asked.push(id) > MAX_QUESTIONS) this.#asked.shift();
  }

  spoilt(id: RequestId, description: string): void {
    if (id !== this.#message.id) return;
    this.giveUp(new UnreadableResponseError(`The answer cannot be read: ${description}`));
  }

  /** The stream has brought the response, and the server does not end it. */
  overdue(): void {
    this.abort();
  }

  abort(): void {
    this.#call?.abort();
    if (this.#isSettled) this.#stream?.stop();
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#line.settled(this);
    return true;
  }

  #begun(sessionId: string | null): void {
    if (sessionId === null) return;
    if (SESSION_ID.test(sessionId)) this.#line.sessionBegun(sessionId);
    else this.giveUp(new UnreadableResponseError("The server gave a session id that no header can have"));
  }

  #begin(): void {
    const { channel, settings, idle } = this.#line;
    const resumes = this.#mirrored === undefined ? "after an event" : "never";
    this.#stream = new EventStream({ channel, settings, idle, reader: this, resumes });
    this.#stream.begin(this);
  }

  /** A body that should be the response, or a batch with it. */
  #read(): void {
    takeText(this.#body, this);
    if (this.#isSettled) return;
    const type = this.#headers?.get("content-type") ?? "no content type";
    const text = `The answer is no response to ${this.#message.method} (${type}): ${shortened(this.#body, 200)}`;
    this.giveUp(new UnreadableResponseError(text));
  }

  #refused(): void {
    const error = this.#statusError();
    const said = this.#saidError();
    if (isForAuthorization(error)) this.giveUp(error);
    else if (this.#status === 404 && this.#sessionId !== undefined && !this.#isUnknownMethod(said)) {
      this.#line.sessionEnded(error);
      this.giveUp(lost("The server has ended the session", error, false));
    } else if (said === undefined || !this.respond(said)) this.giveUp(error);
  }

  /** The JSON-RPC error that a refusal came with. */
  #saidError(): JsonRpcResponse | undefined {
    try {
      const value: unknown = JSON.parse(this.#body);
      return isResponse(value) && "error" in value ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #isUnknownMethod(said: JsonRpcResponse | undefined): boolean {
    if (said === undefined || !("error" in said) || said.id !== this.#message.id) return false;
    return said.error.code === ErrorCode.methodNotFound;
  }

  #statusError(): HttpStatusError {
    return statusError(this.#line.channel.url, this.#status, this.#headers, this.#body);
  }
}

/** The caller has to be told of these as they are, whatever became of the request. */
function isForAuthorization({ status }: HttpStatusError): boolean {
  return status === 401 || status === 403;
}

function lost(message: string, cause: Error, mayHaveBeenDelivered: boolean): ConnectionLostError {
  return new ConnectionLostError(message, { mayHaveBeenDelivered, cause });
}
