export type StateErrorCode =
  | "cursor-lost"
  | "fenced"
  | "handler-failed"
  | "invalid-argument"
  | "limit-exceeded"
  | "log-closed"
  | "no-answer"
  | "state-closed"
  | "unavailable"
  | "unknown-log";

/** Every error that a `State` raises on its own account; tell them apart by `code`. */
export abstract class StateError extends Error {
  abstract readonly code: StateErrorCode;
}

/** An argument that no state can work with, such as a time to live of -1 or a value that is not JSON. */
export class InvalidArgumentError extends StateError {
  override readonly name = "InvalidArgumentError";
  readonly code = "invalid-argument";
}

/** A bound was reached and nothing was stored. `limit` names the option that sets it, `max` its value. */
export class LimitError extends StateError {
  override readonly name = "LimitError";
  readonly code = "limit-exceeded";
  readonly limit: string;
  readonly max: number;

  constructor(limit: string, max: number) {
    super(`The state refused this: ${limit} is ${String(max)}. Raise ${limit}, or store less at a time.`);
    this.limit = limit;
    this.max = max;
  }
}

/** The state was closed, before the call or while it was under way. */
export class StateClosedError extends StateError {
  override readonly name = "StateClosedError";
  readonly code = "state-closed";

  constructor() {
    super("The state is closed.");
  }
}

/** The storage behind the state cannot be reached just now; trying again later may help. */
export class StateUnavailableError extends StateError {
  override readonly name = "StateUnavailableError";
  readonly code = "unavailable";
}

/** No log of this name: never created, deleted, or expired. */
export class UnknownLogError extends StateError {
  override readonly name = "UnknownLogError";
  readonly code = "unknown-log";

  constructor(log: string) {
    super(`There is no log ${quote(log)}: it was never created, was deleted, or has expired.`);
  }
}

/** The log is there, but what follows the cursor is not: trimmed by a bound, or never a cursor of this log. */
export class CursorLostError extends StateError {
  override readonly name = "CursorLostError";
  readonly code = "cursor-lost";

  constructor(log: string) {
    super(
      `Log ${quote(log)} cannot be read from this position: entries after it were trimmed, or it is no cursor of this log.`,
    );
  }
}

/** An append to a log that was closed. */
export class LogClosedError extends StateError {
  override readonly name = "LogClosedError";
  readonly code = "log-closed";

  constructor(log: string) {
    super(`Log ${quote(log)} is closed and takes no more entries.`);
  }
}

/** A newer exclusive reader took the log; this one must stop delivering. */
export class FencedError extends StateError {
  override readonly name = "FencedError";
  readonly code = "fenced";

  constructor(log: string) {
    super(`A newer reader took log ${quote(log)}.`);
  }
}

/** A request over the bus that nobody answered: nobody serves the topic, all declined, or time ran out. */
export class NoAnswerError extends StateError {
  override readonly name = "NoAnswerError";
  readonly code = "no-answer";

  constructor(topic: string, why: string) {
    super(`No answer on topic ${quote(topic)}: ${why}.`);
  }
}

/** The handler that served a request over the bus threw; the message is the handler's. */
export class HandlerFailedError extends StateError {
  override readonly name = "HandlerFailedError";
  readonly code = "handler-failed";

  constructor(topic: string, message: string) {
    super(`The handler of topic ${quote(topic)} failed: ${message}`);
  }
}

// Stream names are capabilities (unguessable ids), so an error shows only their beginning.
function quote(name: string): string {
  return JSON.stringify(name.length > 16 ? `${name.slice(0, 16)}…` : name);
}
