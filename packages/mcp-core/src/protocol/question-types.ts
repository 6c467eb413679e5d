import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { Role } from "./prompt-types.js";
import type { AudioContent, ContentBlock, ImageContent, Result, TextContent, Tool } from "./types.js";

interface FieldBase {
  readonly title?: string;
  readonly description?: string;
}

export interface StringField extends FieldBase {
  readonly type: "string";
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: "email" | "uri" | "date" | "date-time";
  readonly default?: string;
}

export interface NumberField extends FieldBase {
  readonly type: "number" | "integer";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

export interface BooleanField extends FieldBase {
  readonly type: "boolean";
  readonly default?: boolean;
}

export interface TitledOption {
  readonly const: string;
  readonly title: string;
}

/** One of several strings; `enumNames` is how 2025-06-18 gives them titles, `oneOf` how later revisions do. */
export type SingleSelectField = FieldBase & { readonly type: "string"; readonly default?: string } & (
    | { readonly enum: readonly string[]; readonly enumNames?: readonly string[] }
    | { readonly oneOf: readonly TitledOption[] }
  );

/** Some of several strings. */
export interface MultiSelectField extends FieldBase {
  readonly type: "array";
  readonly items:
    | { readonly type: "string"; readonly enum: readonly string[] }
    | { readonly anyOf: readonly TitledOption[] };
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: readonly string[];
}

export type FormField = StringField | NumberField | BooleanField | SingleSelectField | MultiSelectField;

/** The restricted JSON Schema of a form: flat, of primitive fields (Elicitation, Requested Schema). */
export interface FormSchema {
  readonly $schema?: string;
  readonly type: "object";
  readonly properties: Readonly<Record<string, FormField>>;
  readonly required?: readonly string[];
}

export interface ElicitFormParams {
  readonly mode?: "form";
  readonly message: string;
  readonly requestedSchema: FormSchema;
}

export interface ElicitUrlParams {
  readonly mode: "url";
  readonly message: string;
  readonly url: string;
  /** Revision 2025-11-25 only. */
  readonly elicitationId?: string;
}

/** What the user did (Elicitation, Response Actions); `content` only of an accepted form. */
export interface ElicitResult extends Result {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** The model asks for a tool of the request to be called (Sampling, Sampling with Tools). */
export interface ToolUseContent {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
  readonly _meta?: JsonObject;
}

/** What a tool the model asked for has answered. */
export interface ToolResultContent {
  readonly type: "tool_result";
  readonly toolUseId: string;
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: JsonValue;
  readonly isError?: boolean;
  readonly _meta?: JsonObject;
}

export type SamplingContent = TextContent | ImageContent | AudioContent | ToolUseContent | ToolResultContent;

export interface SamplingMessage {
  readonly role: Role;
  /** Several only from revision 2025-11-25 on. */
  readonly content: SamplingContent | readonly SamplingContent[];
  readonly _meta?: JsonObject;
}

/** Which model is wanted; priorities from 0 to 1 (Sampling, Model Preferences). */
export interface ModelPreferences {
  readonly hints?: readonly { readonly name?: string }[];
  readonly costPriority?: number;
  readonly speedPriority?: number;
  readonly intelligencePriority?: number;
}

/** `sampling/createMessage` (Sampling, Creating Messages). */
export interface CreateMessageParams {
  readonly messages: readonly SamplingMessage[];
  readonly maxTokens: number;
  readonly modelPreferences?: ModelPreferences;
  readonly systemPrompt?: string;
  readonly includeContext?: "none" | "thisServer" | "allServers";
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly metadata?: JsonObject;
  /** Only for clients that declared `sampling.tools`. */
  readonly tools?: readonly Tool[];
  readonly toolChoice?: { readonly mode?: "auto" | "required" | "none" };
}

export interface CreateMessageResult extends Result, SamplingMessage {
  readonly model: string;
  readonly stopReason?: string;
}

/** A directory or file the client considers relevant; `uri` is a `file://` URI (Roots). */
export interface Root {
  readonly uri: string;
  readonly name?: string;
  readonly _meta?: JsonObject;
}

export interface ListRootsResult extends Result {
  readonly roots: readonly Root[];
}

/** A question of the server's to the client, as it stands in an `InputRequiredResult`. */
export type InputRequest =
  | { readonly method: "elicitation/create"; readonly params: ElicitFormParams | ElicitUrlParams }
  | { readonly method: "sampling/createMessage"; readonly params: CreateMessageParams }
  | { readonly method: "roots/list"; readonly params?: JsonObject };

/** More is needed before the request can be completed (Multi Round-Trip Requests). */
export interface InputRequiredResult extends Result {
  readonly resultType: "input_required";
  readonly inputRequests?: Readonly<Record<string, InputRequest>>;
  /** Opaque to the client, which sends it back as it is. */
  readonly requestState?: string;
}

/** The requests that may be answered with an `InputRequiredResult` (Multi Round-Trip Requests, Supported Requests). */
export const ASKING_METHODS: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);
