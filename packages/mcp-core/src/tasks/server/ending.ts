import { EncodedResult } from "../../jsonrpc/encode.js";
import { InternalError, ProtocolError } from "../../jsonrpc/errors.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonRpcErrorObject } from "../../jsonrpc/messages.js";
import type { MethodResult } from "../../extension/server.js";
import { TowpathErrorCode } from "../../protocol/errors.js";
import { byteLength } from "../../state/values.js";
import type { Outcome } from "./record.js";

/** How a task is to end. */
export interface Ending {
  readonly outcome: Outcome;
  /** What there is to say of it besides. */
  readonly message?: string | undefined;
  /** The value of the outcome, where it is too large to be in the record of the task. */
  readonly apart?: JsonObject;
}

/** Bytes of JSON up to which an outcome is in the record of its task, which every poll reads. */
const MAX_INSIDE = 16_384;

export const CANCELLED: Ending = {
  outcome: { kind: "cancelled" },
  message: "The task was cancelled, as the client asked",
};

export const NODE_GONE = failure({
  code: TowpathErrorCode.requestLost,
  message: "The node that worked on the task is gone; it may have been done in part",
  data: { retryable: true },
});

export const SHUT_DOWN = failure({
  code: TowpathErrorCode.shuttingDown,
  message: "The server was shut down while it worked on the task; it may have been done in part",
  data: { retryable: true },
});

/**
 * The end of a task whose handler gave this.
 * @throws RangeError for more than `maxBytes` of JSON; TypeError for what JSON cannot carry
 */
export function resultEnding(result: MethodResult, tool: string, maxBytes: number): Ending {
  const value = result instanceof EncodedResult ? result.value : result;
  const bytes = byteLength(result instanceof EncodedResult ? result.json : JSON.stringify(result));
  if (bytes > maxBytes)
    throw new RangeError(
      `The result of tool "${tool}" has ${String(bytes)} bytes, more than the ${String(maxBytes)} that the result of a ` +
        "task may have: raise maxResultBytes of the server's option tasks, or return less",
    );
  const isError = value["isError"] === true;
  const message = isError ? firstText(value) : undefined;
  return bytes <= MAX_INSIDE
    ? { outcome: { kind: "result", isError, value }, message }
    : { outcome: { kind: "result", isError }, message, apart: value };
}

/** An error that the model may read, in place of a result that cannot be kept. */
export function refusedEnding(reason: string): Ending {
  const value: JsonObject = { content: [{ type: "text", text: reason }], isError: true };
  return { outcome: { kind: "result", isError: true, value }, message: reason };
}

/** The end of a task whose handler failed. What is no error of the protocol is not shown. */
export function failureEnding(error: unknown): Ending {
  return failure((error instanceof ProtocolError ? error : new InternalError()).toJSON());
}

function failure(error: JsonRpcErrorObject): Ending {
  const value: JsonRpcErrorObject = { ...error };
  return byteLength(JSON.stringify(value)) <= MAX_INSIDE
    ? { outcome: { kind: "error", value }, message: value.message }
    : { outcome: { kind: "error" }, message: value.message, apart: { ...value } };
}

function firstText(result: JsonObject): string | undefined {
  const content = Array.isArray(result["content"]) ? result["content"] : [];
  const text: unknown = content.find((block) => isObject(block) && block["type"] === "text");
  return isObject(text) && typeof text["text"] === "string" ? text["text"] : undefined;
}
