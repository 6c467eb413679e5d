import type { JsonObject } from "../../jsonrpc/messages.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { InferInput, InferOutput, StandardSchema } from "../../protocol/standard-schema.js";
import type { CallToolResult, Icon, ToolAnnotations } from "../../protocol/types.js";
import type { Context } from "../context.js";
import type { Definition, Handle } from "../registry.js";

/** What a tool is, besides its name and its handler (Tools, Data Types). */
export interface ToolDefinition<
  Input = StandardSchema | undefined,
  Output = StandardSchema | undefined,
> extends Definition {
  readonly title?: string;
  readonly description?: string;
  readonly icons?: readonly Icon[];
  readonly annotations?: ToolAnnotations;
  readonly _meta?: JsonObject;
  /**
   * What the arguments have to be: zod, another Standard Schema that emits JSON Schema, or
   * `jsonSchema({ … })` of `@towpath/mcp-core/json-schema`. Without it the tool takes no arguments.
   */
  readonly input?: Input;
  /** What the structured result is; validated before it is sent. */
  readonly output?: Output;
}

/** The arguments as the handler gets them: validated, with defaults and transformations applied. */
export type ToolArguments<Input> = Input extends StandardSchema ? InferOutput<Input> : Record<string, never>;

/**
 * What a handler may return: text, structured content, a content block or several, or a whole result.
 * Nothing at all is a result without content.
 */
export type ToolReturn<Output> =
  | CallToolResult
  | (Output extends StandardSchema
      ? InferInput<Output>
      : // A handler that returns nothing is typed void.
        // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
        string | number | boolean | object | null | undefined | void);

export type ToolHandler<Input, Output> = (
  args: ToolArguments<Input>,
  ctx: Context,
) => MaybePromise<ToolReturn<Output>>;

/** A registered tool. Its name is free again when it was removed. */
export type ToolHandle = Handle<
  Pick<ToolDefinition, "title" | "description" | "icons" | "annotations" | "_meta">
>;

/** A failure the model is meant to read and act on; its message is never masked (Tools, Error Handling). */
export class ToolError extends Error {
  override readonly name: string = "ToolError";
}
