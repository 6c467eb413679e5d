import { InternalError, type ProtocolError } from "../../../jsonrpc/errors.js";
import { isObject } from "../../../jsonrpc/guards.js";
import type { JsonObject } from "../../../jsonrpc/messages.js";
import type { Scheduled } from "../../../protocol/clock.js";
import { deferred } from "../../../protocol/deferred.js";
import { unwatched } from "../../../protocol/promises.js";
import { RELATED_TASK, type ExperimentalTask, type TaskStatus } from "../../wire.js";

/** How often a server may ask for a task of ours, in ms. */
const POLL_INTERVAL_MS = 1_000;

/** A question that a server asked as a task, and what became of it. */
export class ReceivedTask {
  readonly id: string;
  readonly ttlMs: number;
  /** Settles with the answer, or with what the server is told instead. */
  readonly answer: Promise<JsonObject>;
  /** Aborted when nobody wants the answer any more. */
  readonly stop = new AbortController();
  /** The server has got its result. */
  isFetched = false;
  readonly #createdAt = new Date().toISOString();
  readonly #answer = deferred<JsonObject>();
  readonly #expiry: Scheduled;
  readonly #changed: (task: ReceivedTask) => void;
  #status: TaskStatus = "working";
  #message: string | undefined;
  #updatedAt = this.#createdAt;

  /** @param changed told when it has ended */
  constructor(ttlMs: number, expiry: Scheduled, changed: (task: ReceivedTask) => void) {
    this.id = randomId();
    this.ttlMs = ttlMs;
    this.answer = unwatched(this.#answer.promise);
    this.#expiry = expiry;
    this.#changed = changed;
  }

  get status(): TaskStatus {
    return this.#status;
  }

  get isOver(): boolean {
    return this.#status !== "working";
  }

  /** The server knows how it ended, and there is nothing more to it. */
  get isSettled(): boolean {
    return this.#status === "cancelled" || (this.isOver && this.isFetched);
  }

  /** As the server sees it (2025-11-25, Tasks, Data Types, Task). */
  toJSON(): JsonObject {
    const task: ExperimentalTask = {
      taskId: this.id,
      status: this.#status,
      ...(this.#message !== undefined && { statusMessage: this.#message }),
      createdAt: this.#createdAt,
      lastUpdatedAt: this.#updatedAt,
      ttl: this.ttlMs,
      pollInterval: POLL_INTERVAL_MS,
    };
    return { ...task };
  }

  completed(result: JsonObject): void {
    const own = result["_meta"];
    const _meta = { ...(isObject(own) ? own : {}), [RELATED_TASK]: { taskId: this.id } };
    if (this.#ended("completed")) this.#answer.resolve({ ...result, _meta });
  }

  failed(error: ProtocolError): void {
    if (this.#ended("failed", error.message)) this.#answer.reject(error);
  }

  cancelled(message: string): void {
    if (!this.#ended("cancelled", message)) return;
    this.#answer.reject(new InternalError(message));
    this.stop.abort(new DOMException(message, "AbortError"));
  }

  /** It is forgotten. */
  expired(): void {
    this.cancelled("The task has expired");
    this.#expiry.cancel();
  }

  #ended(status: TaskStatus, message?: string): boolean {
    if (this.isOver) return false;
    this.#status = status;
    this.#message = message;
    this.#updatedAt = new Date().toISOString();
    this.#changed(this);
    return true;
  }
}

/** `crypto.randomUUID` is missing in pages without TLS. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
