import type { JsonValue } from "@towpath/mcp-core";
import {
  isObject,
  isRequest,
  ProtocolError,
  readableId,
  type Principal,
  type RequestId,
} from "@towpath/mcp-core/transport";
import type { MessageRefusal, Sent } from "./message.js";

/** A message that came to another node than the one with its client's stream. */
export interface HandedOver {
  readonly session: string;
  readonly principal: Principal | undefined;
  readonly sent: Sent;
}

/** What goes over. @param deadline the time of day, in ms, after which it is not to be taken */
export function asJson({ session, principal, sent }: HandedOver, deadline: number): JsonValue {
  const text = sent.kind === "text" ? sent.text : JSON.stringify(sent.value);
  return { deadline, session, text, principal: principal === undefined ? null : asClaimed(principal) };
}

/**
 * A principal as other nodes know it.
 * @throws TypeError when JSON cannot carry it
 */
export function asClaimed(principal: Principal): JsonValue {
  try {
    return JSON.parse(JSON.stringify(principal)) as JsonValue; // of an object, so that there is a text
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(
      `Nodes that share a state hand principals over as JSON, which cannot carry what authorize gave for ${JSON.stringify(principal.id)}: ${why}. Put only JSON in its claims`,
      { cause },
    );
  }
}

export function handedOver(
  json: JsonValue,
): { readonly message: HandedOver; readonly deadline: number } | undefined {
  if (!isObject(json)) return undefined;
  const { deadline, session, text, principal } = json;
  if (typeof deadline !== "number" || typeof session !== "string" || typeof text !== "string")
    return undefined;
  const message: HandedOver = {
    session,
    sent: { kind: "text", text },
    // What is sent on this topic was made above.
    principal: (principal ?? undefined) as Principal | undefined,
  };
  return { message, deadline };
}

export function asAnswer(refusal: MessageRefusal | undefined): JsonValue {
  if (refusal === undefined) return { taken: true };
  const { status, error, id } = refusal;
  return { status, code: error.code, message: error.message, id: id ?? null };
}

/** @throws TypeError for an answer that is none */
export function refusalIn(answer: JsonValue): MessageRefusal | undefined {
  const { taken, status, code, message } = isObject(answer) ? answer : {};
  if (taken === true) return undefined;
  if (typeof status !== "number" || typeof code !== "number" || typeof message !== "string")
    throw new TypeError("Another node answered in a way that is unknown here: do all run the same version?");
  return { status, error: new ProtocolError(code, message), id: readableId(answer) };
}

/** The id of a request that nobody has looked at. */
export function requestIdIn(sent: Sent): RequestId | undefined {
  try {
    const value: unknown = sent.kind === "text" ? JSON.parse(sent.text) : sent.value;
    return isRequest(value) ? value.id : undefined;
  } catch {
    return undefined; // it is no JSON
  }
}
