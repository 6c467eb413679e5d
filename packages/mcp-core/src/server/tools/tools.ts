import type { Principal, ReadonlyHeaders } from "../../contract/index.js";
import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidParamsError, ProtocolError } from "../../jsonrpc/errors.js";
import { isObject, shortened } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { AskRefusedError, AskTimeoutError, InvalidAnswerError } from "../../protocol/errors.js";
import { optionalObjectField, stringField } from "../../protocol/fields.js";
import { isPromise, type MaybePromise } from "../../protocol/promises.js";
import { has, type Revision } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { CallToolResult } from "../../protocol/types.js";
import { conclude } from "../asking/conclude.js";
import type { Conclusion } from "../asking/conclusion.js";
import type { Context } from "../context.js";
import { detachable, DetachedContext, type Detachable } from "../detached-context.js";
import { isOffered, type Extensions } from "../extensions/extensions.js";
import type { RequestContext } from "../request-context.js";
import type { MethodResult } from "../../extension/server.js";
import type { DetachedHost, PreparedCall, ToolCall } from "../../extension/tools.js";
import { Registry, type RegistryOptions } from "../registry.js";
import type { Checked } from "../schema.js";
import { ToolError, type ToolDefinition, type ToolHandle, type ToolHandler } from "./definition.js";
import { listedTool } from "./listed-tool.js";
import { checkToolName, compileTool, infoOf, type RegisteredTool } from "./registered-tool.js";
import { errorResult, fitted, isBare, isWholeResult, resultOf, structuredResult } from "./result.js";

/** A call whose handler has come to its end. */
type Concluded = Pick<RequestContext, "client" | "over">;

export interface ToolOptions extends RegistryOptions {
  readonly maskErrors: boolean;
  readonly extensions: Pick<Extensions, "tools">;
}

const NO_ARGUMENTS: JsonObject = {};
/** What asking throws because of what the client did, or did not do: nothing the author could mend. */
const CLIENTS_DOING = [AskRefusedError, AskTimeoutError, InvalidAnswerError] as const;

/** The tools of a server. */
export class Tools {
  readonly registry: Registry<RegisteredTool>;
  readonly #options: ToolOptions;

  constructor(options: ToolOptions) {
    this.#options = options;
    this.registry = new Registry(
      {
        name: "tool",
        change: "tools",
        list: "tools",
        describe: (tool, revision) => listedTool(tool, revision, options.extensions.tools),
      },
      options,
    );
  }

  add<Input extends StandardSchema | undefined, Output extends StandardSchema | undefined, Before>(
    name: string,
    definition: ToolDefinition<Input, Output, Before>,
    handler: ToolHandler<Input, Output, Before>,
  ): ToolHandle {
    checkToolName(name);
    const prepared = this.registry.prepare(name, definition, handler);
    const compiled = compileTool(name, definition, handler);
    // The last that may refuse it: what extensions are told of is registered.
    for (const { value } of this.#options.extensions.tools) value.registered?.({ name, definition });
    return this.registry.add({ ...prepared, ...compiled });
  }

  /**
   * Checks the `Mcp-Param-*` headers of a `tools/call`. What else is wrong with it, {@link call} says.
   * @throws HeaderMismatchError
   */
  checkHeaders(params: JsonObject, headers: ReadonlyHeaders, principal: Principal | undefined): void {
    const { name, arguments: args = NO_ARGUMENTS } = params;
    const tool = typeof name === "string" ? this.registry.get(name) : undefined;
    if (tool?.checkHeaders === undefined || !isObject(args)) return;
    if (this.registry.sees(tool, { principal })) tool.checkHeaders(args, headers);
  }

  /** `tools/call`. */
  call(params: JsonObject, ctx: RequestContext): MaybePromise<MethodResult> {
    const name = stringField(params, "name");
    const tool = this.registry.find(name, ctx);
    if (tool === undefined) throw new InvalidParamsError(`Unknown tool: ${shortened(name)}`);
    for (const { owner, value } of this.#options.extensions.tools) {
      if (value.call === undefined || !isOffered(owner)) continue;
      const taken = value.call(this.#callOf(tool, params, ctx), ctx);
      if (taken !== undefined) return taken;
    }
    return this.#checked(tool, params, (checked) => this.#callChecked(tool, checked, params, ctx));
  }

  #checked<T>(
    tool: RegisteredTool,
    params: JsonObject,
    then: (checked: Checked) => MaybePromise<T>,
  ): MaybePromise<T> {
    const checked = tool.input.validate(optionalObjectField(params, "arguments") ?? NO_ARGUMENTS);
    return isPromise(checked) ? checked.then(then) : then(checked);
  }

  #callChecked(
    tool: RegisteredTool,
    checked: Checked,
    params: JsonObject,
    ctx: RequestContext,
  ): MaybePromise<MethodResult> {
    if (!checked.ok) return refuseArguments(tool.key, checked.problem, ctx.client.revision);
    const { value } = checked;
    const { before, handler } = tool;
    return conclude(
      params,
      ctx,
      this.#conclusion(tool, ctx, (seen) => {
        if (before === undefined) return handler(value, seen, undefined);
        const known = before(value, seen);
        return isPromise(known)
          ? known.then((found) => handler(value, seen, found))
          : handler(value, seen, known);
      }),
    );
  }

  /** The call as an extension has it. */
  #callOf(tool: RegisteredTool, params: JsonObject, ctx: RequestContext): ToolCall {
    return {
      tool: infoOf(tool),
      params,
      prepare: () => this.#checked(tool, params, (checked) => this.#prepare(tool, checked, params, ctx)),
    };
  }

  #prepare(
    tool: RegisteredTool,
    checked: Checked,
    params: JsonObject,
    ctx: RequestContext,
  ): MaybePromise<PreparedCall> {
    if (!checked.ok)
      return { kind: "answered", result: refuseArguments(tool.key, checked.problem, ctx.client.revision) };
    const { value } = checked;
    const { before } = tool;
    const request = detachable(ctx);
    if (before === undefined) return this.#ready(tool, request, value, undefined);
    let prepared: PreparedCall | undefined;
    const result = conclude(params, ctx, {
      ...this.#conclusion(tool, ctx, (seen) => before(value, seen)),
      finish: (known) => {
        prepared = this.#ready(tool, request, value, known);
        return NO_ARGUMENTS;
      },
    });
    return isPromise(result)
      ? result.then((given) => prepared ?? { kind: "answered", result: given })
      : (prepared ?? { kind: "answered", result });
  }

  #ready(tool: RegisteredTool, request: Detachable, args: unknown, known: unknown): PreparedCall {
    const run = async (host: DetachedHost): Promise<MethodResult> => {
      const ctx = new DetachedContext(request, host);
      const handle = (seen: Context): unknown => tool.handler(args, seen, known);
      return conclude(NO_ARGUMENTS, ctx, this.#conclusion(tool, ctx, handle));
    };
    return { kind: "ready", args, run };
  }

  #conclusion(tool: RegisteredTool, ctx: Concluded, run: Conclusion["run"]): Conclusion {
    return {
      run,
      finish: (returned) => this.#finish(tool, returned, ctx),
      failed: (error) => this.#failed(tool, error, ctx),
    };
  }

  #finish(tool: RegisteredTool, returned: unknown, ctx: Concluded): MaybePromise<MethodResult> {
    const { revision } = ctx.client;
    if (tool.output === undefined) return asJsonObject(resultOf(returned, revision, tool.owner));
    const whole = isWholeResult(returned) && !isBare(returned);
    if (whole && (returned.isError === true || returned.structuredContent === undefined)) {
      if (returned.isError === true) return asJsonObject(fitted(returned, revision));
      throw new TypeError(`Tool "${tool.key}" has an output schema, but returned no structuredContent`);
    }
    const checked = tool.output.validate(whole ? returned.structuredContent : returned);
    const finish = (settled: Checked): MethodResult =>
      asJsonObject(finishStructured(tool.owner, settled, whole ? returned : undefined, revision));
    return isPromise(checked) ? checked.then(finish) : finish(checked);
  }

  /** What a handler threw: for the model, unless it is an error of the protocol, and mostly for the author. */
  #failed(tool: RegisteredTool, error: unknown, ctx: Concluded): MethodResult {
    if (error instanceof ProtocolError) throw error;
    const meant = error instanceof ToolError;
    const masked = this.#options.maskErrors && !meant;
    if (!meant && !ctx.over && !CLIENTS_DOING.some((type) => error instanceof type))
      this.#options.report(error);
    const message = error instanceof Error ? error.message : String(error);
    return asJsonObject(errorResult(masked ? `Tool "${tool.key}" failed` : message));
  }
}

/** Arguments that do not fit are for the model to mend from 2025-11-25 on, and a protocol error before. */
function refuseArguments(name: string, problem: string, revision: Revision): MethodResult {
  const message = `Invalid arguments for tool "${name}": ${problem}`;
  if (has(revision, "argumentErrorsAsResults")) return asJsonObject(errorResult(message));
  throw new InvalidParamsError(message);
}

function finishStructured(
  owner: string,
  checked: Checked,
  whole: CallToolResult | undefined,
  revision: Revision,
): CallToolResult {
  if (!checked.ok)
    throw new TypeError(`The result of ${owner} does not fit its output schema: ${checked.problem}`);
  const structured = structuredResult(checked.value, revision, owner);
  return whole === undefined
    ? structured
    : fitted({ ...whole, ...structured, content: whole.content }, revision);
}
