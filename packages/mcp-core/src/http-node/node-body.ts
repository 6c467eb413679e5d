import type { IncomingMessage } from "node:http";
import {
  aborted,
  consumed,
  notUtf8,
  overloaded,
  refusedByHeaders,
  tooLarge,
  tooSlow,
  type BodyError,
} from "../http/body-error.js";
import { PIECE_BYTES, type BodyBudget } from "../http/body-budget.js";
import type { CallLimits, RequestBody } from "../http/call.js";
import type { Deadlines, Timed } from "../http/deadlines.js";

// As fast as any other way, and the only one that tells bad UTF-8 from a replacement character that was sent.
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What all bodies being read share. */
export interface BodyBounds {
  readonly bodies: Deadlines;
  readonly budget: BodyBudget;
}

/**
 * Reads a body to its end, bounded in bytes and time.
 * @param ask asks a client for it that waits to be asked; called when nothing speaks against the body yet
 * @throws BodyError
 */
export function readNodeBody(
  request: IncomingMessage,
  limits: CallLimits,
  { bodies: deadlines, budget }: BodyBounds,
  ask?: () => void,
): Promise<RequestBody> {
  const { headers } = request;
  const refusal = request.readableEnded
    ? consumed()
    : request.destroyed
      ? aborted()
      : refusedByHeaders(headers["content-encoding"], headers["content-length"], limits.maxBodyBytes);
  if (refusal !== undefined) return Promise.reject(refusal);
  ask?.();
  return new Promise((resolve, reject) => {
    new Reading(limits, deadlines, budget, resolve, reject).start(request);
  });
}

class Reading implements Timed {
  readonly #limits: CallLimits;
  readonly #deadlines: Deadlines;
  readonly #budget: BodyBudget;
  readonly #resolve: (body: RequestBody) => void;
  readonly #reject: (error: BodyError) => void;
  place: Timed["place"];
  #first: Uint8Array | undefined;
  #more: Uint8Array[] | undefined;
  #bytes = 0;
  #booked = 0;
  #over = false;

  constructor(
    limits: CallLimits,
    deadlines: Deadlines,
    budget: BodyBudget,
    resolve: (body: RequestBody) => void,
    reject: (error: BodyError) => void,
  ) {
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#budget = budget;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(request: IncomingMessage): void {
    this.#deadlines.add(this);
    request.on("data", (chunk: Uint8Array | string) => this.#take(chunk));
    request.on("end", () => this.#end());
    request.on("close", () => this.#fail(aborted));
  }

  overdue(): void {
    this.#fail(() => tooSlow(this.#limits.requestTimeoutMs));
  }

  #take(chunk: Uint8Array | string): void {
    if (this.#over) return;
    // A host may have called `setEncoding`.
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    this.#bytes += bytes.length;
    this.#booked += bytes.length + PIECE_BYTES;
    this.#budget.used += bytes.length + PIECE_BYTES;
    const { maxBodyBytes, maxTotalBodyBytes } = this.#limits;
    if (this.#bytes > maxBodyBytes) this.#fail(() => tooLarge(maxBodyBytes));
    else if (this.#budget.exceeded) this.#fail(() => overloaded(maxTotalBodyBytes));
    else if (this.#first === undefined) this.#first = bytes;
    else (this.#more ??= [this.#first]).push(bytes);
  }

  #end(): void {
    if (this.#over) return;
    const text = this.#text();
    if (text === undefined) {
      this.#fail(notUtf8);
      return;
    }
    this.#release();
    this.#resolve({ kind: "text", text });
  }

  #text(): string | undefined {
    const bytes = this.#more === undefined ? this.#first : Buffer.concat(this.#more, this.#bytes);
    try {
      return bytes === undefined ? "" : utf8.decode(bytes);
    } catch {
      return undefined;
    }
  }

  #release(): void {
    this.#over = true;
    this.#first = undefined;
    this.#more = undefined;
    this.#budget.used -= this.#booked;
    this.#deadlines.delete(this);
  }

  #fail(error: () => BodyError): void {
    if (this.#over) return;
    this.#release();
    this.#reject(error());
  }
}
