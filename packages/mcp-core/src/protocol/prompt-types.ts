import type { JsonObject } from "../jsonrpc/messages.js";
import type { CacheHints, ContentBlock, Icon, Result } from "./types.js";

export type Role = "user" | "assistant";

/** An argument of a prompt; its value is always a string (Prompts, Data Types). */
export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
}

/** A prompt as `prompts/list` describes it (Prompts, Data Types). */
export interface Prompt {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly PromptArgument[];
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
}

export interface PromptMessage {
  readonly role: Role;
  readonly content: ContentBlock;
}

export interface GetPromptResult extends Result {
  readonly description?: string;
  readonly messages: readonly PromptMessage[];
}

export interface ListPromptsResult extends Result, Partial<CacheHints> {
  readonly prompts: readonly Prompt[];
  readonly nextCursor?: string;
}

/** What is being completed: an argument of a prompt, or a variable of a resource template (Completion). */
export type CompletionReference =
  | { readonly type: "ref/prompt"; readonly name: string; readonly title?: string }
  | { readonly type: "ref/resource"; readonly uri: string };

/** Suggestions, the most relevant first; at most 100 (Completion, Completion Results). */
export interface Completion {
  readonly values: readonly string[];
  /** How many there are, these included. */
  readonly total?: number;
  readonly hasMore?: boolean;
}

export interface CompleteResult extends Result {
  readonly completion: Completion;
}
