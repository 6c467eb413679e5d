export type * from "./contract/index.js";
export { EncodedResult, type Outgoing, type PreEncoded, type Reply } from "./jsonrpc/encode.js";
export * from "./jsonrpc/errors.js";
export type * from "./jsonrpc/messages.js";
export { contentList } from "./protocol/content-list.js";
export * from "./protocol/errors.js";
export { Meta } from "./protocol/meta.js";
export type { Handshake } from "./protocol/handshake.js";
export {
  eraOf,
  HANDSHAKE_REVISIONS,
  isHandshakeRevision,
  isStatelessRevision,
  REVISIONS,
  STATELESS_REVISIONS,
  type Era,
  type HandshakeRevision,
  type Revision,
  type StatelessRevision,
} from "./protocol/revisions.js";
export type * from "./protocol/standard-schema.js";
export * from "./protocol/types.js";
export type * from "./protocol/prompt-types.js";
export type * from "./protocol/question-types.js";
export type * from "./protocol/resource-types.js";
export type { Clock, Scheduled, ScheduleOptions } from "./protocol/clock.js";
export type * from "./state/contract.js";
export * from "./state/errors.js";
export { memoryState, type MemoryStateOptions } from "./state/memory/memory-state.js";
export type { AskingContext, Elicit, StepOptions } from "./server/asking/asking-context.js";
export type { StepInfo } from "./server/asking/interview.js";
export type {
  AnswerTo,
  Answers,
  AskedForm,
  AskedQuestion,
  AskedUrl,
  AskOptions,
  FormAnswer,
  NoFields,
  UrlAnswer,
  UrlAskOptions,
} from "./server/asking/questions.js";
export { Suspended } from "./server/asking/suspended.js";
export type { Context } from "./server/context.js";
export type { BaseContext, MethodContext } from "./extension/context.js";
export type { Caller } from "./extension/caller.js";
export type { Logger } from "./extension/logger.js";
export type * from "./extension/server.js";
export type * from "./extension/tools.js";
export type { TaskOptions } from "./tasks/server/task-extensions.js";
export type { McpRequest, Middleware } from "./server/middleware.js";
export type { McpServerOptions } from "./server/options.js";
export type { RateLimitCaller, RateLimitOptions } from "./server/rate-limit/options.js";
export { McpServer, type Running } from "./server/server.js";
export type { Completer, Completers, CompletionContext } from "./server/completions/completer.js";
export type * from "./server/prompts/definition.js";
export type * from "./server/resources/definition.js";
export type { Definition, Handle, VisibleTo } from "./server/registry.js";
export { ToolError } from "./server/tools/definition.js";
export type {
  ToolArguments,
  ToolDefinition,
  TaskToolOptions,
  ToolHandle,
  ToolHandler,
  ToolReturn,
} from "./server/tools/definition.js";
export type * from "./client/answering/handlers.js";
export { blobBytes } from "./client/blob-bytes.js";
export type { SharedCache } from "./client/cache/client-cache.js";
export { responseCache } from "./client/cache/response-cache.js";
export type { ResponseCache, ResponseCacheOptions } from "./client/cache/response-cache.js";
export { McpClient } from "./client/client.js";
export type { CompletionArgument } from "./client/complete.js";
export * from "./protocol/client-errors.js";
export type { McpClientOptions } from "./client/options.js";
export type * from "./extension/call-options.js";
export type * from "./extension/changes.js";
export type * from "./extension/client.js";
export { TaskCancelledError } from "./tasks/client/errors.js";
export type * from "./tasks/client/types.js";
export { remoteTransport, type RemoteOptions, type RemoteTransports } from "./client/remote-transport.js";
export { memoryTransport } from "./memory/memory-transport.js";
export { expandUriTemplate, type UriVariables } from "./uri-template/uri-template.js";
