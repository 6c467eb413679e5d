import type { JsonValue } from "@towpath/mcp-core";
import { decode, encode } from "@towpath/mcp-core/state";

/** A request as it travels: `[id, channel of who asks, message]`. */
export interface Question {
  readonly id: number;
  readonly channel: string;
  readonly message: JsonValue;
}

export function encodeQuestion(id: number, channel: string, text: string): string {
  return `[${String(id)},${JSON.stringify(channel)},${text}]`;
}

export function decodeQuestion(text: string): Question {
  // Only text made by `encodeQuestion` gets here.
  const [id, channel, message] = decode(text) as [number, string, JsonValue];
  return { id, channel, message };
}

/** What one node says to a request; as it travels: `[id, kind]`, or `[id, kind, value]`. */
export type Answer =
  | { readonly kind: "answered"; readonly value: JsonValue }
  | { readonly kind: "failed"; readonly value: string }
  | { readonly kind: "declined" };

export function encodeAnswer(id: number, answer: Answer): string {
  return encode(answer.kind === "declined" ? [id, answer.kind] : [id, answer.kind, answer.value]);
}

/** `undefined` for what `encodeAnswer` does not make. */
export function decodeAnswer(text: string): readonly [id: number, answer: Answer] | undefined {
  const parts = parsed(text);
  if (!Array.isArray(parts)) return undefined;
  // What is in JSON is JSON.
  const [id, kind, value] = parts as readonly JsonValue[];
  if (typeof id !== "number") return undefined;
  if (kind === "declined") return [id, { kind }];
  if (kind === "failed" && typeof value === "string") return [id, { kind, value }];
  return kind === "answered" && value !== undefined ? [id, { kind, value }] : undefined;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return decode(text);
  } catch {
    return undefined;
  }
}
