import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { isObject, shortened } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { optionalObjectField, stringField } from "../../protocol/fields.js";
import { isPromise, type MaybePromise } from "../../protocol/promises.js";
import type { PromptArgument } from "../../protocol/prompt-types.js";
import type { Revision } from "../../protocol/revisions.js";
import type { JsonSchema, StandardSchema } from "../../protocol/standard-schema.js";
import { conclude } from "../asking/conclude.js";
import { completable, hasCompleter, type Completable } from "../completions/completer.js";
import type { Context } from "../context.js";
import type { RequestContext } from "../request-context.js";
import type { MethodResult } from "../../extension/server.js";
import { DESCRIBED, fittedFields } from "../fitting.js";
import { Registry, type Entry, type RegistryOptions } from "../registry.js";
import { compileInput, refuseOtherNames, type Checked, type CompiledSchema } from "../schema.js";
import type { PromptDefinition, PromptHandle, PromptHandler } from "./definition.js";
import { promptResultOf } from "./result.js";

interface RegisteredPrompt extends Entry<PromptDefinition> {
  readonly input: CompiledSchema;
  readonly arguments: readonly PromptArgument[];
  readonly completable: Completable;
  readonly handler: (args: unknown, ctx: Context) => unknown;
}

const NO_ARGUMENTS: JsonObject = {};

/** The prompts of a server. */
export class Prompts {
  readonly registry: Registry<RegisteredPrompt>;
  #completes = false;

  constructor(options: RegistryOptions) {
    const kind = { name: "prompt", change: "prompts", list: "prompts", describe: describePrompt } as const;
    this.registry = new Registry(kind, options);
  }

  /** Whether there ever was a completer. */
  get completes(): boolean {
    return this.#completes;
  }

  add<Input extends StandardSchema | undefined>(
    name: string,
    definition: PromptDefinition<Input>,
    handler: PromptHandler<Input>,
  ): PromptHandle {
    if (typeof name !== "string" || name === "")
      throw new TypeError("A prompt's name is a string that is not empty");
    const prepared = this.registry.prepare(name, definition, handler); // checked below
    const owner = `prompt ${JSON.stringify(name)}`;
    refuseOtherNames(definition, owner);
    const input = compileInput(definition.input, owner);
    const listed = argumentsOf(input.jsonSchema);
    const names = listed.map((argument) => argument.name);
    const prompt: RegisteredPrompt = {
      ...prepared,
      input,
      arguments: listed,
      // Its type names the same arguments as the schema.
      completable: completable(names, definition.complete, owner),
      // What the schema lets through is what the handler takes.
      handler: handler as RegisteredPrompt["handler"],
    };
    this.#completes ||= hasCompleter(prompt.completable);
    return this.registry.add(prompt);
  }

  /** `prompts/get`. */
  get(params: JsonObject, ctx: RequestContext): MaybePromise<MethodResult> {
    const prompt = this.find(stringField(params, "name"), ctx);
    const args = optionalObjectField(params, "arguments") ?? NO_ARGUMENTS;
    checkArguments(prompt, args);
    const checked = prompt.input.validate(args);
    return isPromise(checked)
      ? checked.then((settled) => run(prompt, settled, params, ctx))
      : run(prompt, checked, params, ctx);
  }

  /** @throws InvalidParamsError when there is none that the caller may see */
  find(name: string, ctx: RequestContext): RegisteredPrompt {
    const prompt = this.registry.find(name, ctx);
    if (prompt === undefined) throw new InvalidParamsError(`Unknown prompt: ${shortened(name)}`);
    return prompt;
  }
}

function run(
  prompt: RegisteredPrompt,
  checked: Checked,
  params: JsonObject,
  ctx: RequestContext,
): MaybePromise<MethodResult> {
  if (!checked.ok)
    throw new InvalidParamsError(`Invalid arguments for prompt "${prompt.key}": ${checked.problem}`);
  const { value } = checked;
  return conclude(params, ctx, {
    run: (seen) => prompt.handler(value, seen),
    finish: (returned) =>
      asJsonObject(promptResultOf(returned, prompt.key, prompt.definition.description, ctx.client.revision)),
    failed: (error) => {
      throw error;
    },
  });
}

/** Prompts, Error Handling. What else is wrong, the schema tells. */
function checkArguments(prompt: RegisteredPrompt, args: JsonObject): void {
  for (const name of Object.keys(args)) stringField(args, name, "params.arguments");
  const missing = prompt.arguments.filter(
    ({ name, required }) => required === true && !Object.hasOwn(args, name),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(", ");
  throw new InvalidParamsError(`Invalid arguments for prompt "${prompt.key}": missing ${names}`);
}

function argumentsOf({ properties, required }: JsonSchema): readonly PromptArgument[] {
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => {
    const { title, description } = isObject(property) ? property : {};
    return {
      name,
      ...(typeof title === "string" && { title }),
      ...(typeof description === "string" && { description }),
      required: needed.has(name),
    };
  });
}

function describePrompt({ key, definition, ...prompt }: RegisteredPrompt, revision: Revision): JsonObject {
  const described = { name: key, ...fittedFields(definition, DESCRIBED, revision) };
  if (prompt.arguments.length === 0) return described;
  const fields = { name: undefined, ...DESCRIBED, required: undefined };
  return {
    ...described,
    arguments: prompt.arguments.map((argument) => fittedFields(argument, fields, revision)),
  };
}
