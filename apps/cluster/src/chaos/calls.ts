/** What a call does: answers at once, reports progress for a while, asks its client first, or is a task that reports. */
export type CallKind = "quick" | "slow" | "ask" | "task";

/** How a call ended for its client: with its result, or with an error that says what became of it. */
export type Outcome =
  | { readonly kind: "result"; readonly text: string }
  | { readonly kind: "error"; readonly error: ErrorName; readonly message: string };

/** The names that an error can have. `unnamed` is one that says nothing, `hung` a call that never ended. */
export const ERROR_NAMES = [
  "lost: node gone",
  "lost: node stopped",
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
  /** Whether its stream can be taken up again, once it has begun; of a task, whether its client comes back to it. */
  readonly resumable: boolean;
  /** Of a call that was accepted as a task. */
  readonly taskId?: string;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** The progress it reported, in order. */
  readonly progress: readonly number[];
}

export interface Request {
  readonly id: string;
  readonly kind: CallKind;
  /** How long it is to take, if it is `slow` or a task. */
  readonly ms: number;
  readonly onProgress: (progress: number) => void;
  /** Told when the call has become a task. */
  readonly onTask: (taskId: string) => void;
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
  /** Whether it asks again for a task after its connection was cut. */
  readonly keepsTasks: boolean;
  connect(origin: string, onStray: OnStray): Promise<Caller>;
}
