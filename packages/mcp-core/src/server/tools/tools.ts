import { asJsonObject } from "../../jsonrpc/as-json.js";
import { EncodedResult } from "../../jsonrpc/encode.js";
import { InvalidParamsError, ProtocolError } from "../../jsonrpc/errors.js";
import { describe, isObject, shortened } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { cursorParam, pageOf, type Placed } from "../../protocol/cursor.js";
import { optionalObjectField, stringField } from "../../protocol/fields.js";
import { isPromise, type MaybePromise } from "../../protocol/promises.js";
import { has, type Feature, type Revision } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { CallToolResult } from "../../protocol/types.js";
import { conclude } from "../asking/conclude.js";
import type { RequestContext } from "../context.js";
import type { MethodResult } from "../extension.js";
import { ToolError, type ToolDefinition, type ToolHandle, type ToolHandler } from "./definition.js";
import { errorResult, fitted, isBare, isWholeResult, resultOf, structuredResult } from "./result.js";
import { compileInput, compileOutput, type Checked, type CompiledSchema } from "../schema.js";

type AnyHandler = (args: unknown, ctx: RequestContext) => unknown;

interface RegisteredTool extends Placed {
  readonly name: string;
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | undefined;
  readonly handler: AnyHandler;
  definition: ToolDefinition;
  enabled: boolean;
}

export interface ToolOptions {
  readonly pageSize: number;
  readonly maskErrors: boolean;
  /** Called when the list has changed. */
  readonly changed: () => void;
  /** Told of an error that is kept from the client. */
  readonly masked: (error: unknown) => void;
}

/** Tools, Tool Names. */
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const NO_ARGUMENTS: JsonObject = {};

/** Parts of a definition that older revisions do not have. */
const FIELD_SINCE = {
  title: "title",
  icons: "icons",
  annotations: "toolAnnotations",
  _meta: "definitionMeta",
} as const satisfies Record<string, Feature>;

/** The tools of a server, in the order they were registered. */
export class Tools {
  readonly #tools = new Map<string, RegisteredTool>();
  readonly #options: ToolOptions;
  readonly #firstPages = new Map<Revision, EncodedResult>();
  #nextPlace = 0;

  constructor(options: ToolOptions) {
    this.#options = options;
  }

  /** Whether there ever was a tool: what was declared to a client stays, though its list may become empty. */
  get offered(): boolean {
    return this.#nextPlace > 0;
  }

  add<Input extends StandardSchema | undefined, Output extends StandardSchema | undefined>(
    name: string,
    definition: ToolDefinition<Input, Output>,
    handler: ToolHandler<Input, Output>,
  ): ToolHandle {
    if (!NAME.test(name)) {
      throw new TypeError(
        `A tool's name has 1 to 128 letters, digits, "_", "-" or ".", which ${JSON.stringify(name)} has not`,
      );
    }
    checkRegistration(name, definition, handler);
    if (this.#tools.has(name))
      throw new TypeError(`There is a tool "${name}" already; change it through its handle`);
    const tool: RegisteredTool = {
      name,
      place: this.#nextPlace++,
      input: compileInput(definition.input, name),
      output: compileOutput(definition.output, name),
      // What the input schema lets through is what the handler takes.
      handler: handler as AnyHandler,
      definition,
      enabled: true,
    };
    this.#tools.set(name, tool);
    this.#changed();
    return this.#handleOf(tool);
  }

  /** `tools/list`. */
  list(params: JsonObject, revision: Revision): MethodResult {
    const cursor = cursorParam(params);
    const cached = cursor === undefined ? this.#firstPages.get(revision) : undefined;
    if (cached !== undefined) return cached;
    const enabled = [...this.#tools.values()].filter((tool) => tool.enabled);
    const { items, nextCursor } = pageOf("tools", enabled, cursor, this.#options.pageSize);
    const tools = items.map((tool) => describeTool(tool, revision));
    const page = new EncodedResult({ tools, ...(nextCursor !== undefined && { nextCursor }) });
    if (cursor === undefined) this.#firstPages.set(revision, page);
    return page;
  }

  /** `tools/call`. */
  call(params: JsonObject, ctx: RequestContext): MaybePromise<MethodResult> {
    const name = stringField(params, "name");
    const tool = this.#tools.get(name);
    if (!tool?.enabled) throw new InvalidParamsError(`Unknown tool: ${shortened(name)}`);
    const args = optionalObjectField(params, "arguments") ?? NO_ARGUMENTS;
    const checked = tool.input.validate(args);
    return isPromise(checked)
      ? checked.then((settled) => this.#callChecked(tool, settled, params, ctx))
      : this.#callChecked(tool, checked, params, ctx);
  }

  #callChecked(
    tool: RegisteredTool,
    checked: Checked,
    params: JsonObject,
    ctx: RequestContext,
  ): MaybePromise<MethodResult> {
    if (!checked.ok) return refuseArguments(tool.name, checked.problem, ctx.client.revision);
    const { value } = checked;
    return conclude(params, ctx, {
      run: () => tool.handler(value, ctx),
      finish: (returned) => this.#finish(tool, returned, ctx),
      failed: (error) => this.#failed(tool, error),
    });
  }

  #finish(tool: RegisteredTool, returned: unknown, ctx: RequestContext): MaybePromise<MethodResult> {
    const { revision } = ctx.client;
    if (tool.output === undefined) return asJsonObject(resultOf(returned, revision));
    const whole = isWholeResult(returned) && !isBare(returned);
    if (whole && (returned.isError === true || returned.structuredContent === undefined)) {
      if (returned.isError === true) return asJsonObject(fitted(returned, revision));
      throw new TypeError(`Tool "${tool.name}" has an output schema, but returned no structuredContent`);
    }
    const checked = tool.output.validate(whole ? returned.structuredContent : returned);
    const finish = (settled: Checked): MethodResult =>
      asJsonObject(finishStructured(tool.name, settled, whole ? returned : undefined, revision));
    return isPromise(checked) ? checked.then(finish) : finish(checked);
  }

  /** What a handler threw: for the model, unless it is an error of the protocol. */
  #failed(tool: RegisteredTool, error: unknown): MethodResult {
    if (error instanceof ProtocolError) throw error;
    const masked = this.#options.maskErrors && !(error instanceof ToolError);
    if (masked) this.#options.masked(error);
    const message = error instanceof Error ? error.message : String(error);
    return asJsonObject(errorResult(masked ? `Tool "${tool.name}" failed` : message));
  }

  #changed(): void {
    this.#firstPages.clear();
    this.#options.changed();
  }

  #handleOf(tool: RegisteredTool): ToolHandle {
    const enable = (enabled: boolean): void => {
      if (tool.enabled === enabled || this.#tools.get(tool.name) !== tool) return;
      tool.enabled = enabled;
      this.#changed();
    };
    return {
      name: tool.name,
      get enabled() {
        return tool.enabled;
      },
      enable: () => {
        enable(true);
      },
      disable: () => {
        enable(false);
      },
      update: (changes) => {
        tool.definition = { ...tool.definition, ...changes };
        if (this.#tools.get(tool.name) === tool) this.#changed();
      },
      remove: () => {
        if (this.#tools.get(tool.name) !== tool) return;
        this.#tools.delete(tool.name);
        tool.enabled = false;
        this.#changed();
      },
    };
  }
}

/** Callers without types may leave the definition out, or the handler. */
function checkRegistration(name: string, definition: unknown, handler: unknown): void {
  if (!isObject(definition)) {
    const given = typeof definition === "function" ? "a function" : describe(definition);
    throw new TypeError(
      `The definition of tool "${name}" must be an object, such as { description, input }, or {}; it is ${given}`,
    );
  }
  if (typeof handler !== "function")
    throw new TypeError(`The handler of tool "${name}" must be a function; it is ${describe(handler)}`);
}

/** Arguments that do not fit are for the model to mend from 2025-11-25 on, and a protocol error before. */
function refuseArguments(name: string, problem: string, revision: Revision): MethodResult {
  const message = `Invalid arguments for tool "${name}": ${problem}`;
  if (has(revision, "argumentErrorsAsResults")) return asJsonObject(errorResult(message));
  throw new InvalidParamsError(message);
}

function finishStructured(
  name: string,
  checked: Checked,
  whole: CallToolResult | undefined,
  revision: Revision,
): CallToolResult {
  if (!checked.ok)
    throw new TypeError(`The result of tool "${name}" does not fit its output schema: ${checked.problem}`);
  const structured = structuredResult(checked.value, revision);
  return whole === undefined
    ? structured
    : fitted({ ...whole, ...structured, content: whole.content }, revision);
}

function describeTool(tool: RegisteredTool, revision: Revision): JsonObject {
  const { definition, input, output } = tool;
  const described: Record<string, unknown> = { name: tool.name };
  if (definition.description !== undefined) described["description"] = definition.description;
  for (const field of ["title", "icons", "annotations", "_meta"] as const) {
    if (definition[field] !== undefined && has(revision, FIELD_SINCE[field]))
      described[field] = definition[field];
  }
  described["inputSchema"] = input.jsonSchema;
  if (output !== undefined && listsOutput(output, revision)) described["outputSchema"] = output.jsonSchema;
  return asJsonObject(described);
}

/** An output schema has to describe an object before 2026-07-28. */
function listsOutput(output: CompiledSchema, revision: Revision): boolean {
  const describesObject = output.jsonSchema["type"] === "object";
  return has(revision, "anyStructuredContent") || (has(revision, "structuredContent") && describesObject);
}
