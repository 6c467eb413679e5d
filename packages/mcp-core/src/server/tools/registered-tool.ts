import { describe, isObject } from "../../jsonrpc/guards.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { ToolInfo } from "../../extension/tools.js";
import type { Context } from "../context.js";
import { compileParameterHeaders, type CheckParameterHeaders } from "../mirroring/parameter-headers.js";
import type { Entry } from "../registry.js";
import { compileInput, compileOutput, refuseOtherNames, type CompiledSchema } from "../schema.js";
import type { ToolDefinition, ToolHandler } from "./definition.js";

/** Tools, Tool Names. */
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** What is made of a tool's definition, once. */
interface CompiledTool {
  /** What messages call it. */
  readonly owner: string;
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | undefined;
  readonly checkHeaders: CheckParameterHeaders | undefined;
  readonly before: ((args: unknown, ctx: Context) => unknown) | undefined;
  readonly handler: (args: unknown, ctx: Context, before: unknown) => unknown;
}

export interface RegisteredTool extends Entry<ToolDefinition>, CompiledTool {}

/** @throws TypeError */
export function checkToolName(name: string): void {
  if (NAME.test(name)) return;
  throw new TypeError(
    `A tool's name has 1 to 128 letters, digits, "_", "-" or ".", which ${JSON.stringify(name)} has not`,
  );
}

/** @throws TypeError for what no tool can have */
export function compileTool<
  Input extends StandardSchema | undefined,
  Output extends StandardSchema | undefined,
  Before,
>(
  name: string,
  definition: ToolDefinition<Input, Output, Before>,
  handler: ToolHandler<Input, Output, Before>,
): CompiledTool {
  const owner = `tool "${name}"`;
  refuseOtherNames(definition, owner);
  const input = compileInput(definition.input, owner);
  return {
    owner,
    input,
    output: compileOutput(definition.output, owner),
    checkHeaders: compileParameterHeaders(input.jsonSchema, owner),
    before: beforeOf(definition, owner),
    handler: handler as CompiledTool["handler"], // takes what the schema lets through
  };
}

/** The tool as extensions see it. */
export function infoOf({ key, definition }: RegisteredTool): ToolInfo {
  return { name: key, definition };
}

/** @throws TypeError for what is no function */
function beforeOf({ task }: { readonly task?: unknown }, owner: string): CompiledTool["before"] {
  const before = isObject(task) ? (task as { readonly before?: unknown }).before : undefined;
  if (before === undefined || typeof before === "function") return before as CompiledTool["before"]; // just looked at
  throw new TypeError(`task.before of ${owner} must be a function, not ${describe(before)}`);
}
