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
  Before = unknown,
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
  /**
   * Calls may become tasks, which go on when their request has been answered (2025-11-25, Tasks; Tasks extension).
   * `true`: where the client takes part in that; `required`: others are refused. Default: they do not.
   */
  readonly task?: boolean | "required" | TaskToolOptions<Input, Before>;
  /** What extensions are to know of the tool, each under its id, as in `com.example/thing`. Default: nothing. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** How a tool is a task. */
export interface TaskToolOptions<Input = StandardSchema | undefined, Before = unknown> {
  /** Refuses clients that take no part in tasks. Default: false, which lets them wait for the result. */
  readonly required?: boolean;
  /** How long a task is kept from its creation on, in ms. Default: the server's `tasks.ttlMs`. */
  readonly ttlMs?: number;
  /** How often clients are to ask what has become of it, in ms. Default: the server's `tasks.pollIntervalMs`. */
  readonly pollIntervalMs?: number;
  /**
   * Finds out, within the request, what has to be known before there is a task, and may ask the client; the handler gets
   * what it returns as its third argument. Runs also where the call becomes no task. In the stateless era it runs anew
   * with every answer, as handlers do.
   */
  readonly before?: (args: ToolArguments<Input>, ctx: Context) => MaybePromise<Before>;
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

/** `before` is what `task.before` returned, where the tool has that. */
export type ToolHandler<Input, Output, Before = unknown> = (
  args: ToolArguments<Input>,
  ctx: Context,
  before: Before,
) => MaybePromise<ToolReturn<Output>>;

/** A registered tool. Its name is free again when it was removed. */
export type ToolHandle = Handle<
  Pick<ToolDefinition, "title" | "description" | "icons" | "annotations" | "_meta">
>;

/** A failure the model is meant to read and act on; its message is never masked (Tools, Error Handling). */
export class ToolError extends Error {
  override readonly name: string = "ToolError";
}
