import type { JsonObject } from "../../jsonrpc/messages.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { GetPromptResult, PromptMessage } from "../../protocol/prompt-types.js";
import type { InferInput, InferOutput, StandardSchema } from "../../protocol/standard-schema.js";
import type { ContentBlock, Icon } from "../../protocol/types.js";
import type { Completers } from "../completions/completer.js";
import type { Context } from "../context.js";
import type { Definition, Handle } from "../registry.js";

/** What a prompt is, besides its name and its handler (Prompts, Data Types). */
export interface PromptDefinition<Input = StandardSchema | undefined> extends Definition {
  readonly title?: string;
  readonly description?: string;
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
  /**
   * What the arguments have to be; titles and descriptions of the schema's properties are listed. Each
   * argument is a string on the wire: a number is `z.coerce.number()`, since no client can send what
   * `z.number()` takes, and other types begin with a string likewise (`z.stringbool()`, `.transform`).
   * Nothing tells the ones from the others when the prompt is registered. Without it the prompt takes no
   * arguments.
   */
  readonly input?: Input;
  /** Suggests values for arguments (Completion). */
  readonly complete?: PromptCompleters<Input>;
}

type PromptCompleters<Input> = Input extends StandardSchema
  ? Completers<keyof InferInput<Input>>
  : Completers;

/** The arguments as the handler gets them: validated, with defaults and transformations applied. */
export type PromptArguments<Input> = Input extends StandardSchema
  ? InferOutput<Input>
  : Record<string, never>;

/** One message: text or other content of the user's, or a message that says whose it is. */
export type PromptPart = string | ContentBlock | PromptMessage;

/** What a handler may return: a message, several, or a whole result. */
export type PromptReturn = PromptPart | readonly PromptPart[] | GetPromptResult;

export type PromptHandler<Input> = (args: PromptArguments<Input>, ctx: Context) => MaybePromise<PromptReturn>;

/** A registered prompt. */
export type PromptHandle = Handle<Pick<PromptDefinition, "title" | "description" | "icons" | "_meta">>;
