import type { Link } from "../contract/index.js";
import { errorReply, type Reply } from "../jsonrpc/encode.js";
import type { ProtocolError } from "../jsonrpc/errors.js";
import { invalidMessage, looksLikeResponse, readableId } from "../jsonrpc/guards.js";
import type { RequestId } from "../jsonrpc/messages.js";
import { fireAndForget } from "../protocol/promises.js";
import { has, type Revision } from "../protocol/revisions.js";
import { readIdFromHead } from "./read-id.js";

/**
 * The answer to something no id can be read from: `"id": null` as JSON-RPC has it, left out from revision
 * 2025-11-25 on, whose schema knows no null id.
 */
export function unreadableReply(revision: Revision | undefined, error: ProtocolError): Reply {
  const leftOut = revision === undefined || has(revision, "idLeftOutWhenUnreadable");
  return errorReply(leftOut ? undefined : null, error.toJSON());
}

/** What becomes of a value that is no JSON-RPC message: the reply to it, if it gets one. */
export function refuseValue(link: Link, value: unknown): Reply | undefined {
  const id = readableId(value);
  const error = invalidMessage(value);
  return looksLikeResponse(value) ? failAsker(link, id, error) : refusal(link, id, error);
}

/** What becomes of a message of which no more than the beginning of its text could be read. */
export function refuseText(link: Link, head: string, error: ProtocolError): Reply | undefined {
  const answered = readIdFromHead(head, "response");
  if (answered !== undefined) return failAsker(link, answered, error);
  return refusal(link, readIdFromHead(head, "request"), error);
}

function refusal(link: Link, id: RequestId | undefined, error: ProtocolError): Reply {
  return id === undefined ? unreadableReply(link.revision, error) : errorReply(id, error.toJSON());
}

/**
 * An answer to a request of ours cannot be answered: its id would be taken for that of a request of the
 * peer's. Whoever asked is told instead, and does not wait in vain.
 */
function failAsker(link: Link, id: RequestId | undefined, error: ProtocolError): Reply | undefined {
  if (id === undefined) return unreadableReply(link.revision, error);
  fireAndForget(() => link.answer({ jsonrpc: "2.0", id, error: error.toJSON() }));
  return undefined;
}
