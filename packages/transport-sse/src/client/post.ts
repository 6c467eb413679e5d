import { ConnectionLostError, type Deadlines, isResponse, type Timed } from "@towpath/mcp-core/http";
import { type AnswerListener, type OpenCall, statusError } from "@towpath/mcp-core/http-client";
import type { JsonRpcErrorResponse, ReadonlyHeaders } from "@towpath/mcp-core/transport";

/** Characters of an answer that are read, of a refusal also kept. */
const MAX_ANSWER = 65_536;

/** One message on its way to the server. What it has to say to it comes on the event stream, and nothing with the answer. */
export class Post implements AnswerListener, Timed {
  /** Settles when the server has taken it; rejects with the reason when it has not. */
  readonly accepted: Promise<void>;
  /** The JSON-RPC error that a refusal came with. */
  said: JsonRpcErrorResponse | undefined;
  place: Timed["place"];
  readonly #url: URL;
  readonly #over: (post: Post) => void;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #watch: Deadlines | undefined;
  #call: OpenCall | undefined;
  #status = 0;
  #headers: ReadonlyHeaders | undefined;
  #body = "";
  #length = 0;
  #isOver = false;

  /** @param over told once, when nothing of it is under way any more */
  constructor(url: URL, over: (post: Post) => void) {
    this.#url = url;
    this.#over = over;
    this.accepted = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** @param send makes the HTTP request, whose answer goes to the listener it is given */
  begin(send: (listener: AnswerListener) => OpenCall): void {
    this.#call = send(this);
  }

  /** The server certainly knows nothing of it yet. */
  get isUnsent(): boolean {
    return this.#status === 0 && this.#call?.isUnsent === true;
  }

  /** From now on it may take so long. */
  hurry(deadlines: Deadlines): void {
    if (this.#isOver) return;
    this.#watch?.delete(this);
    this.#watch = deadlines;
    deadlines.add(this);
  }

  head(status: number, headers: ReadonlyHeaders): void {
    this.#status = status;
    this.#headers = headers;
    // What else comes with it is nothing to wait for.
    if (this.#isAccepted) this.#resolve();
  }

  text(piece: string): void {
    this.#length += piece.length;
    if (!this.#isAccepted) this.#body += piece;
    if (this.#length > MAX_ANSWER) this.#finish();
  }

  end(): void {
    this.#finish();
  }

  fail(error: Error, sent: boolean): void {
    if (this.#status !== 0) this.#finish();
    else this.#fail(`The message was not accepted: ${error.message}`, sent, error);
  }

  refuse(error: Error): void {
    this.#end();
    this.#reject(error);
  }

  overdue(): void {
    this.giveUp(new Error("the server did not answer in time"));
  }

  /** Nobody waits for it any more. */
  giveUp(reason: Error): void {
    if (this.#isOver) return;
    const sent = !this.isUnsent;
    if (this.#status !== 0) this.#finish();
    else this.#fail(`The message may not have been accepted: ${reason.message}`, sent, reason);
  }

  /** 202 as servers have it, and what else they say to the same end. */
  get #isAccepted(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  #finish(): void {
    this.#end();
    if (this.#isAccepted) return;
    this.said = errorIn(this.#body);
    this.#reject(statusError(this.#url, this.#status, this.#headers, this.#body));
  }

  #fail(text: string, mayHaveBeenDelivered: boolean, cause: Error): void {
    this.#end();
    this.#reject(new ConnectionLostError(text, { mayHaveBeenDelivered, cause }));
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch?.delete(this);
    this.#call?.abort();
    this.#over(this);
  }
}

function errorIn(body: string): JsonRpcErrorResponse | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isResponse(value) && "error" in value ? value : undefined;
  } catch {
    return undefined;
  }
}
