import type { ReadonlyHeaders } from "@towpath/mcp-core/transport";
import type { AnswerListener, Connector, OpenCall, OutgoingCall } from "@towpath/mcp-core/http-client";
import { deferred } from "./deferred.js";

export interface Failure {
  readonly error: Error;
  readonly sent: boolean;
}

/** All that a connector tells of one call. */
export class RecordedAnswer implements AnswerListener {
  readonly pieces: string[] = [];
  readonly #head = deferred<number>();
  readonly #text = deferred();
  readonly #over = deferred<Failure | undefined>();
  /** Names of what was told, in order; text once for each piece. */
  readonly told: string[] = [];
  headers: ReadonlyHeaders | undefined;

  /** Settles with the status. */
  get answered(): Promise<number> {
    return this.#head.promise;
  }

  /** Settles with the first piece of the body. */
  get begun(): Promise<void> {
    return this.#text.promise;
  }

  /** Settles when nothing more comes, with what went wrong, if anything. */
  get over(): Promise<Failure | undefined> {
    return this.#over.promise;
  }

  get body(): string {
    return this.pieces.join("");
  }

  head(status: number, headers: ReadonlyHeaders): void {
    this.told.push("head");
    this.headers = headers;
    this.#head.resolve(status);
  }

  text(piece: string): void {
    this.told.push("text");
    this.pieces.push(piece);
    this.#text.resolve();
  }

  end(): void {
    this.told.push("end");
    this.#over.resolve(undefined);
  }

  fail(error: Error, sent: boolean): void {
    this.told.push("fail");
    this.#over.resolve({ error, sent });
  }

  refuse(error: Error): void {
    this.fail(error, false);
  }
}

export type CallOptions = Partial<Omit<OutgoingCall, "url">>;

/** A POST to the URL, unless said otherwise. */
export const callTo = (url: string | URL, options: CallOptions = {}): OutgoingCall => ({
  method: "POST",
  url: new URL(url),
  headers: {},
  pool: "requests",
  ...((options.method ?? "POST") === "POST" && { body: "{}" }),
  ...options,
});

export interface Asked {
  readonly answer: RecordedAnswer;
  readonly open: OpenCall;
}

export function ask(connector: Connector, url: string | URL, options?: CallOptions): Asked {
  const answer = new RecordedAnswer();
  return { answer, open: connector.send(callTo(url, options), answer) };
}

/** A call that is answered to its end: status and body. */
export async function answered(
  connector: Connector,
  url: string | URL,
  options?: CallOptions,
): Promise<readonly [status: number, body: string]> {
  const { answer } = ask(connector, url, options);
  const failure = await answer.over;
  if (failure !== undefined) throw failure.error;
  return [await answer.answered, answer.body];
}

/** A call that fails: with what. */
export async function failed(
  connector: Connector,
  url: string | URL,
  options?: CallOptions,
): Promise<Failure> {
  const { answer } = ask(connector, url, options);
  const failure = await answer.over;
  if (failure === undefined) throw new Error(`The call was answered: ${answer.body}`);
  return failure;
}
