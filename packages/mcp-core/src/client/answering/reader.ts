import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Revision } from "../../protocol/revisions.js";
import type { ClientCapabilities } from "../../protocol/types.js";
import type { QuestionContext, QuestionHandlers } from "./handlers.js";

/** What this client answers with, and as what it declared itself. */
export interface Answering {
  readonly handlers: QuestionHandlers;
  readonly capabilities: ClientCapabilities;
}

/** A question that was read and can be answered; rejects with what its handler throws, or InvalidAnswerError. */
export type Ready = (ctx: QuestionContext) => Promise<JsonObject>;

/**
 * Reads a question. `undefined`: this client declared no such thing.
 * @throws ProtocolError for one that is malformed, or asks for more than was declared
 */
export type Reader = (params: JsonObject, us: Answering, revision: Revision) => Ready | undefined;
