import { asJsonObject } from "../jsonrpc/as-json.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { CompletionReference } from "../protocol/prompt-types.js";
import { has, type Revision } from "../protocol/revisions.js";

/** The argument that is being typed. */
export interface CompletionArgument {
  readonly name: string;
  readonly value: string;
}

/** The params of `completion/complete`, as the revision knows them (Completion, Requesting Completions). */
export function completeParams(
  revision: Revision,
  ref: CompletionReference,
  { name, value }: CompletionArgument,
  resolved: Readonly<Record<string, string>> | undefined,
): JsonObject {
  const context =
    resolved !== undefined && has(revision, "completionContext") ? { arguments: resolved } : undefined;
  return {
    ref: asJsonObject(ref),
    argument: { name, value },
    ...(context !== undefined && { context }),
  };
}
