import { ErrorCode, type ProtocolError } from "../jsonrpc/errors.js";
import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcErrorObject, JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { errorSaid } from "../protocol/error-said.js";
import {
  RESOURCE_NOT_FOUND,
  ResourceNotFoundError,
  URL_ELICITATION_REQUIRED,
  UrlElicitationRequiredError,
} from "../protocol/errors.js";
import { isLogLevel } from "../protocol/fields.js";
import type { ElicitUrlParams } from "../protocol/question-types.js";
import type { ReadResourceResult } from "../protocol/resource-types.js";
import type { CallToolResult, LogMessage } from "../protocol/types.js";
import { InvalidResultError } from "../protocol/client-errors.js";

/**
 * The result of a response to a request. One without `resultType` is complete; of a type nobody knows, it is
 * invalid (Base Protocol, ResultType).
 * @throws ProtocolError with the server's error; InvalidResultError
 */
export function resultOf(
  response: JsonRpcResponse,
  { method, params }: Pick<JsonRpcRequest, "method" | "params">,
  types: ReadonlySet<string>,
): JsonObject {
  if ("error" in response) throw errorOf(response.error, method, params);
  const { resultType } = response.result;
  if (resultType === undefined || (typeof resultType === "string" && types.has(resultType)))
    return response.result;
  throw new InvalidResultError(
    `${method}: the result is of type ${describe(resultType)}, which this client does not know`,
  );
}

function errorOf(error: JsonRpcErrorObject, method: string, params: JsonObject | undefined): ProtocolError {
  const { code, message, data } = error;
  if (method === "resources/read" && isNotFound(code, data)) {
    const told = isObject(data) ? data["uri"] : undefined;
    const uri = [told, params?.["uri"]].find(isString) ?? "";
    return new ResourceNotFoundError(uri, code === RESOURCE_NOT_FOUND ? "handshake" : "stateless");
  }
  const elicitations = code === URL_ELICITATION_REQUIRED && isObject(data) ? data["elicitations"] : undefined;
  if (!Array.isArray(elicitations) || !elicitations.every(isUrlElicitation)) return errorSaid(error);
  return new UrlElicitationRequiredError(elicitations, message);
}

/** Servers of either era may use the code of the other; -32602 alone says less (Resources, Error Handling). */
function isNotFound(code: number, data: unknown): boolean {
  if (code === RESOURCE_NOT_FOUND) return true;
  return code === ErrorCode.invalidParams && isObject(data) && isString(data["uri"]);
}

function isUrlElicitation(value: unknown): value is ElicitUrlParams {
  return isObject(value) && value["mode"] === "url" && isString(value["url"]) && isString(value["message"]);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** @throws InvalidResultError */
export function readToolResult(result: JsonObject): CallToolResult {
  const { content, isError } = result;
  if (!Array.isArray(content)) throw new InvalidResultError("tools/call: the result has no list of content");
  if (isError !== undefined && typeof isError !== "boolean")
    throw new InvalidResultError("tools/call: isError is no boolean");
  // Content is passed on as the server sent it; the blocks are for whoever shows them to judge.
  return result as JsonObject & CallToolResult;
}

/** @throws InvalidResultError */
export function readResource(result: JsonObject): ReadResourceResult {
  const { contents } = result;
  if (!Array.isArray(contents) || !contents.every(isContents))
    throw new InvalidResultError("resources/read: the result is no list of texts and blobs with URIs");
  return result as JsonObject & ReadResourceResult; // what is not checked is optional
}

function isContents(value: unknown): boolean {
  if (!isObject(value) || typeof value["uri"] !== "string") return false;
  return typeof value["text"] === "string" || typeof value["blob"] === "string";
}

/** Reads the params of `notifications/message`; `undefined` when they are malformed. */
export function readLogMessage(params: JsonObject = {}): LogMessage | undefined {
  const { level, logger, data } = params;
  if (!isLogLevel(level) || data === undefined) return undefined;
  return { level, data, ...(typeof logger === "string" && { logger }) };
}
