import { ConnectionLostError, type Deadlines, type Timed } from "@towpath/mcp-core/http";
import type { ReadonlyHeaders } from "@towpath/mcp-core/transport";
import type { Channel } from "./channel.js";
import { type AnswerListener, type OpenCall, statusError } from "@towpath/mcp-core/http-client";

/** Characters of a refusal that are kept. */
export const MAX_REFUSAL = 1_000;

/** Something that is sent and has no answer but that it was accepted. */
export class Delivery implements AnswerListener, Timed {
  /** Settles when the server has accepted it; rejects with the reason when it has not. */
  readonly accepted: Promise<void>;
  place: Timed["place"];
  readonly #channel: Channel;
  readonly #deadlines: Deadlines;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #call: OpenCall | undefined;
  #status = 0;
  #headers: ReadonlyHeaders | undefined;
  #body = "";

  /** @param deadlines how long the server may take */
  constructor(channel: Channel, deadlines: Deadlines) {
    this.#channel = channel;
    this.#deadlines = deadlines;
    this.accepted = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** @param send makes the HTTP request, whose answer goes to the listener it is given */
  begin(send: (listener: AnswerListener) => OpenCall): this {
    this.#deadlines.add(this);
    this.#call = send(this);
    return this;
  }

  head(status: number, headers: ReadonlyHeaders): void {
    this.#status = status;
    this.#headers = headers;
    // What else comes with it is nothing to wait for, and has to end in time all the same.
    if (isAccepted(status)) this.#resolve();
  }

  text(piece: string): void {
    if (!isAccepted(this.#status)) this.#body = (this.#body + piece).slice(0, MAX_REFUSAL);
  }

  end(): void {
    this.#deadlines.delete(this);
    if (isAccepted(this.#status)) this.#resolve();
    else this.#reject(statusError(this.#channel.url, this.#status, this.#headers, this.#body));
  }

  fail(error: Error, sent: boolean): void {
    const text = `The message was not accepted: ${error.message}`;
    this.refuse(new ConnectionLostError(text, { mayHaveBeenDelivered: sent, cause: error }));
  }

  refuse(error: Error): void {
    this.#deadlines.delete(this);
    this.#reject(error);
  }

  overdue(): void {
    this.giveUp("the server did not answer in time");
  }

  /** Nobody waits for it any more: it may have been accepted, or not. */
  giveUp(reason: string): void {
    this.#call?.abort();
    this.fail(new Error(reason), true);
  }
}

/** 202 as the specification has it, and what else servers say to the same end. */
function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}
