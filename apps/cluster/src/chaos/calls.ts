/** What a call does: answers at once, reports progress for a while, or asks its client first. */
export type CallKind = "quick" | "slow" | "ask";

/** How a call ended for its client: with its result, or with an error that says what became of it. */
export type Outcome =
  | { readonly kind: "result"; readonly text: string }
  | { readonly kind: "error"; readonly error: ErrorName; readonly message: string };

/** The names that an error can have. `unnamed` is one that says nothing, `hung` a call that never ended. */
export const ERROR_NAMES = [
  "lost: node gone",
  "not begun",
  "connection lost",
  "not delivered",
  "stream gone",
  "session gone",
  "bad gateway",
  "unavailable",
  "hung",
  "unnamed",
] as const;
export type ErrorName = (typeof ERROR_NAMES)[number];

/** A call, as its client saw it. */
export interface Call {
  readonly id: string;
  readonly kind: CallKind;
  /** Which client made it. */
  readonly client: number;
  readonly transport: string;
  /** Whether its stream can be taken up again, once it has begun. */
  readonly resumable: boolean;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** The progress it reported, in order. */
  readonly progress: readonly number[];
}

export interface Request {
  readonly id: string;
  readonly kind: CallKind;
  /** How long it is to take, if it is `slow`. */
  readonly ms: number;
  readonly onProgress: (progress: number) => void;
}

/** A client that calls tools. */
export interface Caller {
  /** Never rejects. */
  call(request: Request): Promise<Outcome>;
  /** Whether it is of use; if not, it is replaced by another one. */
  readonly isUsable: boolean;
  close(): Promise<void>;
}

/** What a client is told when a response comes that nobody waits for, which there should never be. */
export type OnStray = (description: string) => void;

export interface ClientKind {
  readonly transport: string;
  readonly resumable: boolean;
  connect(origin: string, onStray: OnStray): Promise<Caller>;
}
