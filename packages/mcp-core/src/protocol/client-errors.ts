/** The server did not declare what a call needs; nothing was sent. */
export class MissingServerCapabilityError extends Error {
  override readonly name = "MissingServerCapabilityError";
  readonly capability: string;
  readonly method: string;
  constructor(method: string, capability: string) {
    super(`The server did not declare the capability "${capability}", which ${method} needs`);
    this.capability = capability;
    this.method = method;
  }
}

/** No answer came in time; the server was told to stop. */
export class RequestTimeoutError extends Error {
  override readonly name = "RequestTimeoutError";
  readonly timeoutMs: number;
  /** `idle`: nothing was heard for that long; `total`: the call took that long in spite of progress. */
  readonly limit: "idle" | "total";
  constructor(method: string, timeoutMs: number, limit: "idle" | "total") {
    const what = limit === "idle" ? "no answer and no progress" : "no answer";
    super(`${method}: ${what} within ${String(timeoutMs)} ms`);
    this.timeoutMs = timeoutMs;
    this.limit = limit;
  }
}

/** The server answered with something the protocol does not allow. */
export class InvalidResultError extends Error {
  override readonly name = "InvalidResultError";
}

/** The server asked again and again before it gave a result (Multi Round-Trip Requests). */
export class TooManyRoundsError extends Error {
  override readonly name = "TooManyRoundsError";
  readonly maxRounds: number;
  constructor(method: string, maxRounds: number) {
    super(
      `${method}: the server asks for more input after ${String(maxRounds)} rounds; maxRounds allows no more`,
    );
    this.maxRounds = maxRounds;
  }
}

/** The server ended a subscription of its own accord. */
export class SubscriptionEndedError extends Error {
  override readonly name = "SubscriptionEndedError";
  constructor() {
    super("The server ended the subscription");
  }
}

/** Client and server have no revision in common. */
export class NoCommonRevisionError extends Error {
  override readonly name = "NoCommonRevisionError";
  readonly supportedByServer: readonly string[];
  constructor(ours: readonly string[], supportedByServer: readonly string[]) {
    super(
      `The server speaks ${supportedByServer.join(", ") || "no revision it names"}; this client speaks ${ours.join(", ")}`,
    );
    this.supportedByServer = supportedByServer;
  }
}
