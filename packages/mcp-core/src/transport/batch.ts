import type { Link, MaybePromise } from "../contract/index.js";
import { errorReply, type PreEncoded, type Reply } from "../jsonrpc/encode.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";
import { isNotification, isObject, isRequest, isResponse } from "../jsonrpc/guards.js";
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import { fireAndForget, isPromise } from "../protocol/promises.js";
import { hasBatches, type Revision } from "../protocol/revisions.js";
import { refuseValue, unreadableReply } from "./refusals.js";

/** What the connection does with the elements of a batch, as with messages that come alone. */
export interface BatchHandlers {
  readonly serve: (message: JsonRpcRequest) => MaybePromise<Reply | undefined>;
  readonly notify: (message: JsonRpcNotification) => void;
  /** An answer to a request of ours. Default: it goes to the link, whatever becomes of it. */
  readonly answer?: (message: JsonRpcResponse) => void;
}

/**
 * Serves a JSON-RPC batch: several exchanges that share one reply, an array. `undefined` when nothing in
 * it asks for an answer. Batches exist in revision 2025-03-26 only (Base Protocol, Batching), and
 * `initialize` may not be part of one (Lifecycle, Initialization).
 * @param revision where no handshake was made on this link: what the peer says it speaks
 */
export function serveBatch(
  link: Link,
  batch: readonly unknown[],
  maxBatch: number,
  handlers: BatchHandlers,
  revision = link.revision,
): MaybePromise<PreEncoded | undefined> {
  const refusal = refusalOfBatch(revision, batch, maxBatch);
  if (refusal !== undefined) return unreadableReply(revision, new InvalidRequestError(refusal));
  const replies = batch.map((element) => serveElement(link, element, handlers));
  const there = replies.filter(isThere);
  if (there.length === replies.length) return joinReplies(there);
  return Promise.all(replies.map((reply) => Promise.resolve(reply))).then(joinReplies);
}

/** Why a batch cannot be served; `undefined` if it can. */
export function refusalOfBatch(
  revision: Revision | undefined,
  batch: readonly unknown[],
  maxBatch: number,
): string | undefined {
  if (batch.some(namesStatelessVersion))
    return "A request that carries its protocol version in _meta cannot be in a batch";
  if (!hasBatches(revision)) return "JSON-RPC batches exist only in protocol revision 2025-03-26";
  if (batch.length === 0) return "A batch holds at least one message";
  if (batch.length > maxBatch)
    return `A batch holds at most ${String(maxBatch)} messages, not ${String(batch.length)}`;
  return undefined;
}

/** Whether a message carries its protocol version in `_meta`, and so belongs to the stateless era. */
export function namesStatelessVersion(element: unknown): boolean {
  const params = isObject(element) ? element["params"] : undefined;
  const meta = isObject(params) ? params["_meta"] : undefined;
  return isObject(meta) && meta[Meta.protocolVersion] !== undefined;
}

function serveElement(
  link: Link,
  element: unknown,
  { serve, notify, answer }: BatchHandlers,
): MaybePromise<Reply | undefined> {
  if (isRequest(element)) {
    if (element.method !== "initialize") return serve(element);
    return errorReply(element.id, new InvalidRequestError("initialize cannot be part of a batch").toJSON());
  }
  if (isNotification(element)) notify(element);
  else if (isResponse(element))
    fireAndForget(() => (answer === undefined ? link.answer(element) : answer(element)));
  else return refuseValue(link, element);
  return undefined;
}

function isThere(reply: MaybePromise<Reply | undefined>): reply is Reply | undefined {
  return !isPromise(reply);
}

function joinReplies(replies: readonly (Reply | undefined)[]): PreEncoded | undefined {
  const texts = replies.filter((reply) => reply !== undefined).map((reply) => reply.json);
  return texts.length === 0 ? undefined : { json: `[${texts.join(",")}]` };
}
