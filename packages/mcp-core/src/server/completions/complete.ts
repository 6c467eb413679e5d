import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { describe, isObject, shortened } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { objectField, optionalObjectField, stringField } from "../../protocol/fields.js";
import { isPromise, type MaybePromise } from "../../protocol/promises.js";
import type { Completion } from "../../protocol/prompt-types.js";
import { has } from "../../protocol/revisions.js";
import type { RequestContext } from "../request-context.js";
import type { MethodResult } from "../../extension/server.js";
import { isStrings, type Completable, type Completer, type CompletionContext } from "./completer.js";

/** Completion, Completion Results. */
const MAX_VALUES = 100;

/** What a reference may point at, by its type: finds what can be completed there, or throws. */
export type References = ReadonlyMap<string, (ref: JsonObject, ctx: RequestContext) => Completable>;

/** `completion/complete`. */
export function complete(
  references: References,
  params: JsonObject,
  ctx: RequestContext,
): MaybePromise<MethodResult> {
  const ref = objectField(params, "ref");
  const type = stringField(ref, "type", "params.ref");
  const argument = objectField(params, "argument");
  const name = stringField(argument, "name", "params.argument");
  const value = stringField(argument, "value", "params.argument");
  const known = contextOf(params, ctx);
  const target = references.get(type);
  if (target === undefined) {
    const types = [...references.keys()].join(" or ");
    throw new InvalidParamsError(`Invalid params: params.ref.type must be ${types}, not ${describe(type)}`);
  }
  const there = target(ref, ctx);
  if (!there.has(name)) throw new InvalidParamsError(`Unknown argument: ${shortened(name)}`);
  const returned = suggest(there.get(name), value, known, ctx);
  return isPromise(returned) ? returned.then(resultOf) : resultOf(returned);
}

function contextOf(params: JsonObject, { client }: RequestContext): CompletionContext {
  const context = has(client.revision, "completionContext")
    ? optionalObjectField(params, "context")
    : undefined;
  const known =
    context === undefined ? undefined : optionalObjectField(context, "arguments", "params.context");
  if (known === undefined) return { arguments: {} };
  for (const key of Object.keys(known)) stringField(known, key, "params.context.arguments");
  // Each has just been shown to be a string.
  return { arguments: known as Record<string, string> };
}

function suggest(
  completer: Completer | undefined,
  value: string,
  known: CompletionContext,
  ctx: RequestContext,
): MaybePromise<unknown> {
  if (completer === undefined) return [];
  if (typeof completer === "function") return completer(value, known, ctx);
  const typed = value.toLowerCase();
  return completer.filter((one) => one.toLowerCase().startsWith(typed));
}

/** @throws TypeError when the author's function returned something else */
function resultOf(returned: unknown): MethodResult {
  const completion = isObject(returned) ? asJsonObject(returned) : { values: returned };
  const { values } = completion;
  if (!isStrings(values))
    throw new TypeError("A completer must return an array of strings, or an object with one as values");
  return { completion: asJsonObject(cut({ ...completion, values })) };
}

function cut(completion: Completion): Completion {
  const { values, total = values.length, ...rest } = completion;
  if (values.length <= MAX_VALUES) return completion;
  return { ...rest, values: values.slice(0, MAX_VALUES), total, hasMore: true };
}
