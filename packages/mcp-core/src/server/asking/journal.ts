import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { encodeBase64Url } from "../../protocol/base64.js";

/** What is known of a call from its earlier rounds. */
export interface Journal {
  /** Minted in the first round; the same in every further one, and in no other call. */
  readonly callId: string;
  /** How often the client was asked. */
  readonly round: number;
  /** The client's answers as they came, by key. */
  readonly answers: ReadonlyMap<string, JsonValue>;
  /** Results of steps by name: one value, or none where the step returned nothing. */
  readonly steps: ReadonlyMap<string, readonly JsonValue[]>;
  /** The keys that were asked for in the last round. */
  readonly asked: readonly string[];
  /** Rounds in a row in which an answer was there that nobody asked for again. */
  readonly strays: number;
}

export function newJournal(): Journal {
  const callId = encodeBase64Url(crypto.getRandomValues(new Uint8Array(18)));
  return { callId, round: 0, answers: new Map(), steps: new Map(), asked: [], strays: 0 };
}

export function journalToJson({ callId, round, answers, steps, asked, strays }: Journal): JsonObject {
  return { callId, round, answers: [...answers], steps: [...steps], asked, strays };
}

/** `undefined` when it is none: only what was sealed by another version can be that. */
export function journalFromJson(value: unknown): Journal | undefined {
  if (!isObject(value)) return undefined;
  const { callId, round, answers, steps, asked, strays } = value;
  const whole =
    typeof callId === "string" &&
    typeof round === "number" &&
    typeof strays === "number" &&
    [answers, steps, asked].every(Array.isArray);
  if (!whole) return undefined;
  // Written by `journalToJson`, and sealed since.
  const entries = { answers, steps, asked } as unknown as {
    answers: [string, JsonValue][];
    steps: [string, readonly JsonValue[]][];
    asked: string[];
  };
  return {
    callId,
    round,
    strays,
    asked: entries.asked,
    answers: new Map(entries.answers),
    steps: new Map(entries.steps),
  };
}
