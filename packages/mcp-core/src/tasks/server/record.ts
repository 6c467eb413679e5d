import type { JsonObject, JsonRpcErrorObject, JsonValue, RequestId } from "../../jsonrpc/messages.js";
import { shortened } from "../../jsonrpc/guards.js";
import type { InputRequest } from "../../protocol/question-types.js";

/** A task as the nodes share it. Times are in ms since 1970. */
export interface TaskRecord {
  readonly tool: string;
  /** The id of the principal whose it is. */
  readonly owner?: string;
  /** Who is told of what becomes of it, as `MethodContext.recipient` has it. */
  readonly recipient?: string;
  /** What the request that it came of was given to tell its progress with. */
  readonly progressToken?: RequestId;
  /** Where it runs; absent where there is one node alone. */
  readonly node?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly message?: string;
  readonly progress?: Progress;
  /** What waits for an answer, and the answers that its handler has not taken yet; by key. */
  readonly questions?: Questions;
  readonly answers?: Answers;
  /** Absent while it runs. */
  readonly outcome?: Outcome;
}

export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

export type Questions = Readonly<Record<string, InputRequest>>;
export type Answers = Readonly<Record<string, Answer>>;

/** What the client answered: a result, or an error. */
export type Answer = { readonly result: JsonObject } | { readonly error: JsonRpcErrorObject };

/** How a task ended. Without its value, that is in a record of its own. */
export type Outcome =
  | { readonly kind: "cancelled" }
  | { readonly kind: "result"; readonly isError: boolean; readonly value?: JsonObject }
  | { readonly kind: "error"; readonly value?: JsonRpcErrorObject };

const MAX_MESSAGE = 1_024;

/** Only nodes of this server write these records. */
export function recordOf(value: JsonValue): TaskRecord {
  return value as unknown as TaskRecord;
}

export function asJson(record: TaskRecord): JsonValue {
  return record as unknown as JsonValue; // an interface without an index signature
}

/*
 * What may become of a record. Each of these gives `undefined` where nothing is to be changed: a task that has ended
 * stays as it is (2025-11-25, Tasks, Task Status Lifecycle).
 */

export function asked(
  record: TaskRecord,
  key: string,
  request: InputRequest,
  now: number,
): TaskRecord | undefined {
  // An answer that is there came to this very question: it was put before, which was not confirmed.
  if (record.outcome !== undefined || Object.hasOwn(record.answers ?? {}, key)) return undefined;
  return { ...record, questions: { ...record.questions, [key]: request }, updatedAt: now };
}

/** Takes the answers to what is asked; others are left. */
export function answered(record: TaskRecord, answers: Answers, now: number): TaskRecord | undefined {
  const questions = Object.entries(record.questions ?? {});
  const taken = questions.filter(([key]) => Object.hasOwn(answers, key)).map(([key]) => key);
  if (record.outcome !== undefined || taken.length === 0) return undefined;
  const open = questions.filter(([key]) => !taken.includes(key));
  const { questions: _, ...rest } = record;
  return {
    ...rest,
    ...(open.length > 0 && { questions: Object.fromEntries(open) }),
    answers: {
      ...record.answers,
      ...Object.fromEntries(Object.entries(answers).filter(([key]) => taken.includes(key))),
    },
    updatedAt: now,
  };
}

export function progressed(record: TaskRecord, progress: Progress, now: number): TaskRecord | undefined {
  if (record.outcome !== undefined) return undefined;
  const { progress: done, total, message } = progress;
  const said = message ?? (total === undefined ? String(done) : `${String(done)} of ${String(total)}`);
  return {
    ...record,
    progress: { ...progress, ...(message !== undefined && { message: told(message) }) },
    message: told(said),
    updatedAt: now,
  };
}

/** Without the answers that were taken; the same where there are none. */
export function withoutAnswers(record: TaskRecord, isTaken: (key: string) => boolean): TaskRecord {
  if (record.answers === undefined) return record;
  const left = Object.entries(record.answers).filter(([key]) => !isTaken(key));
  const { answers: _, ...rest } = record;
  return left.length === 0 ? rest : { ...rest, answers: Object.fromEntries(left) };
}

/** Not too much of a message, and no half of a character, which many readers of JSON refuse. */
function told(message: string): string {
  const isHalved = message.length > MAX_MESSAGE && /[\uD800-\uDBFF]/.test(message.charAt(MAX_MESSAGE - 1));
  return shortened(message, isHalved ? MAX_MESSAGE - 1 : MAX_MESSAGE);
}

/** @param message what there is to say of it, if anything */
export function ended(
  record: TaskRecord,
  outcome: Outcome,
  message: string | undefined,
  now: number,
): TaskRecord | undefined {
  if (record.outcome !== undefined) return undefined;
  const { questions: _q, answers: _a, message: _m, ...rest } = record;
  return {
    ...rest,
    ...(message !== undefined && { message: told(message) }),
    outcome,
    updatedAt: now,
  };
}
