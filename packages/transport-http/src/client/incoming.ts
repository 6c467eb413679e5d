import {
  isNotification,
  isRequest,
  isResponse,
  looksLikeResponse,
  readableId,
  shortened,
} from "@towpath/mcp-core/http";
import type { JsonRpcResponse, MessageReceiver, RequestId } from "@towpath/mcp-core/transport";

/** Messages in one JSON-RPC batch. */
const MAX_BATCH = 100;

/** Whose stream or body a text came on. */
export interface Taker {
  readonly receiver: MessageReceiver;
  /** Whether batches exist in the revision that is spoken. */
  readonly takesBatches: boolean;
  /** Takes a response, if it is to its own request. */
  respond(response: JsonRpcResponse): boolean;
  /** The server asks something. */
  asked(id: RequestId): void;
  /** Something that should have been the response to this request, and is none. */
  spoilt(id: RequestId, description: string): void;
}

/** Gives what a server sent, one message or a batch, to whom it is for; what is neither is noise. */
export function takeText(json: string, taker: Taker): void {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    taker.receiver.noise(`not JSON: ${shortened(json, 200)}`);
    return;
  }
  if (!Array.isArray(value)) takeValue(value, json, taker);
  else if (!taker.takesBatches)
    taker.receiver.noise("a batch, which exists only in protocol revision 2025-03-26");
  else if (value.length > MAX_BATCH)
    taker.receiver.noise(`a batch of ${String(value.length)} messages, more than ${String(MAX_BATCH)}`);
  else for (const element of value) takeValue(element, json, taker);
}

/** @param text what it was in: what was parsed may be nested deeper than can be written again */
function takeValue(value: unknown, text: string, taker: Taker): void {
  const { receiver } = taker;
  if (isResponse(value)) {
    if (!taker.respond(value))
      receiver.noise(`an answer that nobody waits for here: ${shortened(text, 200)}`);
  } else if (isRequest(value)) {
    taker.asked(value.id);
    receiver.message(value);
  } else if (isNotification(value)) receiver.message(value);
  else {
    const description = `not an MCP message: ${shortened(text, 200)}`;
    receiver.noise(description);
    const id = looksLikeResponse(value) ? readableId(value) : undefined;
    if (id !== undefined) taker.spoilt(id, description);
  }
}
