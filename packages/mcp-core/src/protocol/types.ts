import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { JsonSchema } from "./standard-schema.js";

/** Name and version of a client or server, and how to show it (schema: `Implementation`). */
export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
  readonly icons?: readonly Icon[];
}

/** Base Protocol, General Fields, `icons`. `src` is an https or data URI. */
export interface Icon {
  readonly src: string;
  readonly mimeType?: string;
  readonly sizes?: readonly string[];
  readonly theme?: "light" | "dark";
}

/** For whom content is meant, and how much it matters, from 0 to 1. */
export interface Annotations {
  readonly audience?: readonly ("user" | "assistant")[];
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

interface ContentBase {
  readonly annotations?: Annotations;
  readonly _meta?: JsonObject;
}

export interface TextContent extends ContentBase {
  readonly type: "text";
  readonly text: string;
}

/** `data` is base64. */
export interface ImageContent extends ContentBase {
  readonly type: "image";
  readonly data: string;
  readonly mimeType: string;
}

/** `data` is base64. */
export interface AudioContent extends ContentBase {
  readonly type: "audio";
  readonly data: string;
  readonly mimeType: string;
}

export interface ResourceLink extends ContentBase {
  readonly type: "resource_link";
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Bytes. */
  readonly size?: number;
  readonly icons?: readonly Icon[];
}

export interface EmbeddedResource extends ContentBase {
  readonly type: "resource";
  readonly resource: TextResourceContents | BlobResourceContents;
}

export interface TextResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text: string;
  readonly _meta?: JsonObject;
}

/** `blob` is base64. */
export interface BlobResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly blob: string;
  readonly _meta?: JsonObject;
}

export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;

/** Hints about a tool; untrusted unless the server is trusted (Tools, Data Types). */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** A tool as `tools/list` describes it. */
export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly icons?: readonly Icon[];
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: ToolAnnotations;
  /** How it may be called (2025-11-25, Tasks, Tool-Level Negotiation). */
  readonly execution?: { readonly taskSupport?: "required" | "optional" | "forbidden" };
  readonly _meta?: JsonObject;
}

/** What every result may carry. */
export interface Result {
  readonly _meta?: JsonObject;
  readonly resultType?: string;
}

export interface CallToolResult extends Result {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: JsonValue;
  readonly isError?: boolean;
}

/** Who may keep a result, and for how many milliseconds (Caching). */
export interface CacheHints {
  readonly ttlMs: number;
  readonly cacheScope: "public" | "private";
}

export interface ListToolsResult extends Result, Partial<CacheHints> {
  readonly tools: readonly Tool[];
  readonly nextCursor?: string;
}

export interface DiscoverResult extends Result, CacheHints {
  readonly supportedVersions: readonly string[];
  readonly capabilities: ServerCapabilities;
  readonly instructions?: string;
}

export interface InitializeResult extends Result {
  readonly protocolVersion: string;
  readonly capabilities: ServerCapabilities;
  readonly serverInfo: Implementation;
  readonly instructions?: string;
}

/** What a client can do for a server. Unknown capabilities are carried through. */
export interface ClientCapabilities extends JsonObject {
  readonly elicitation?: { readonly form?: JsonObject; readonly url?: JsonObject };
  readonly sampling?: { readonly context?: JsonObject; readonly tools?: JsonObject };
  readonly roots?: { readonly listChanged?: boolean };
  readonly tasks?: JsonObject;
  readonly extensions?: Readonly<Record<string, JsonObject>>;
  readonly experimental?: Readonly<Record<string, JsonObject>>;
}

/** What a server offers. Unknown capabilities are carried through. */
export interface ServerCapabilities extends JsonObject {
  readonly tools?: { readonly listChanged?: boolean };
  readonly resources?: { readonly subscribe?: boolean; readonly listChanged?: boolean };
  readonly prompts?: { readonly listChanged?: boolean };
  readonly completions?: JsonObject;
  readonly logging?: JsonObject;
  readonly tasks?: JsonObject;
  readonly extensions?: Readonly<Record<string, JsonObject>>;
  readonly experimental?: Readonly<Record<string, JsonObject>>;
}

/** RFC 5424 severities, least severe first (Logging, Log Levels). */
export const LOG_LEVELS = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a server reports while it works on a request (Progress). */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

export interface LogMessage {
  readonly level: LogLevel;
  readonly logger?: string;
  readonly data: JsonValue;
}

/** W3C trace context, as it travels in `_meta` (Base Protocol, OpenTelemetry trace context). */
export interface TraceContext {
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly baggage?: string;
}
