import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { UrlElicitationRequiredError } from "../../protocol/errors.js";
import { isPromise, type MaybePromise } from "../../protocol/promises.js";
import type { InputRequest } from "../../protocol/question-types.js";
import { hasElicitationIds } from "../../protocol/revisions.js";
import { HandlerContext } from "../handler-context.js";
import type { MethodResult } from "../../extension/server.js";
import type { ConcludedRequest, Conclusion } from "./conclusion.js";
import type { Stop } from "./interview.js";
import { Suspended } from "./suspended.js";

/**
 * Runs a handler that may ask the client, for the methods that may be answered with questions (Multi
 * Round-Trip Requests, Supported Requests).
 */
export function conclude(
  params: JsonObject,
  ctx: ConcludedRequest,
  conclusion: Conclusion,
): MaybePromise<MethodResult> {
  const first = params["requestState"] === undefined && params["inputResponses"] === undefined;
  if (first || ctx.client.era === "handshake") return attempt(ctx, conclusion);
  return ctx.asker.open(params).then(() => attempt(ctx, conclusion));
}

function attempt(ctx: ConcludedRequest, conclusion: Conclusion): MaybePromise<MethodResult> {
  try {
    const returned = conclusion.run(new HandlerContext(ctx));
    if (isPromise(returned)) return settle(ctx, conclusion, returned);
    const finished = finish(ctx, conclusion, returned);
    return isPromise(finished)
      ? finished.then(undefined, (error: unknown) => failure(ctx, conclusion, error))
      : finished;
  } catch (error) {
    return failure(ctx, conclusion, error);
  }
}

async function settle(
  ctx: ConcludedRequest,
  conclusion: Conclusion,
  returned: Promise<unknown>,
): Promise<MethodResult> {
  ctx.awaits(conclusion);
  let thrown: unknown;
  try {
    const value = await returned;
    if (ctx.stop === undefined) {
      const finished = finish(ctx, conclusion, value);
      return isPromise(finished) ? await finished : finished;
    }
    reportSwallowed(ctx);
  } catch (error) {
    if (ctx.stop === undefined) return failure(ctx, conclusion, error);
    thrown = error;
  }
  return stopped(ctx, conclusion, thrown).catch((error: unknown) => failure(ctx, conclusion, error));
}

function finish(
  ctx: ConcludedRequest,
  conclusion: Conclusion,
  returned: unknown,
): MaybePromise<MethodResult> {
  if (ctx.waits)
    ctx.report(new Error(`A handler of ${ctx.called} returned before its question was answered: await it`));
  return conclusion.finish(returned);
}

function reportSwallowed(ctx: ConcludedRequest): void {
  ctx.report(
    new Error(
      `A handler of ${ctx.called} caught Suspended and went on: what it returned is not used. Throw it on`,
    ),
  );
}

/** A run that was stopped ends with what stopped it, whatever its handler made of that. */
async function stopped(ctx: ConcludedRequest, conclusion: Conclusion, error: unknown): Promise<MethodResult> {
  const stop = ctx.stop;
  if (stop === undefined) throw error;
  ctx.endedInTime();
  if (error !== undefined && !comesFrom(error, stop)) ctx.report(error);
  if (stop.kind === "error" || ctx.client.era === "stateless") return resultOf(ctx, stop);
  ctx.asker = await ctx.asker.answerNow(stop.questions);
  return attempt(ctx, conclusion);
}

/** What becomes of a run that was stopped, and whose handler does not end. */
export async function concludeLate(
  ctx: ConcludedRequest,
  conclusion: Conclusion,
  stop: Stop,
): Promise<MethodResult> {
  try {
    return await resultOf(ctx, stop);
  } catch (error) {
    return failure(ctx, conclusion, error);
  }
}

async function resultOf(ctx: ConcludedRequest, stop: Stop): Promise<MethodResult> {
  if (stop.kind === "error") throw stop.error;
  const requests = [...stop.questions].map(([key, { request }]) => [key, request] as const);
  return ctx.asker.inputRequired(new Map(requests));
}

function comesFrom(error: unknown, stop: Stop, seen = new Set<unknown>()): boolean {
  if (error instanceof Suspended || (stop.kind === "error" && error === stop.error)) return true;
  if (!(error instanceof Error) || seen.has(error)) return false;
  seen.add(error);
  const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error.cause];
  return causes.some((cause) => comesFrom(cause, stop, seen));
}

function failure(ctx: ConcludedRequest, { failed }: Conclusion, error: unknown): MaybePromise<MethodResult> {
  if (!(error instanceof UrlElicitationRequiredError)) return failed(error);
  if (ctx.ask === undefined) return urlRequired(ctx, error, failed);
  // Whoever calls has its answer, and cannot be sent anywhere first.
  return failed(hasElicitationIds(ctx.client.revision) ? error : new Error(error.message, { cause: error }));
}

/**
 * Revision 2025-11-25 has an error that asks for URLs to be visited (Elicitation, URL Elicitation Required
 * Error); the stateless era asks with a result.
 * @throws UrlElicitationRequiredError, and where the client cannot be asked for it, an error that says so
 */
function urlRequired(
  ctx: ConcludedRequest,
  error: UrlElicitationRequiredError,
  failed: Conclusion["failed"],
): MaybePromise<MethodResult> {
  ctx.require({ elicitation: { url: {} } });
  if (hasElicitationIds(ctx.client.revision)) {
    const elicitations = error.elicitations.map((elicitation) => ctx.link.withElicitationId(elicitation));
    throw new UrlElicitationRequiredError(elicitations, error.message);
  }
  const requests = new Map<string, InputRequest>();
  for (const [index, { elicitationId = "", ...params }] of error.elicitations.entries()) {
    const unnamed = elicitationId === "" || requests.has(elicitationId);
    const key = unnamed ? `url-${String(index)}` : elicitationId;
    if (isRefusal(ctx.asker.response(key)))
      return failed(new Error(`${error.message}: the user did not agree to visit ${params.url}`));
    requests.set(key, { method: "elicitation/create", params });
  }
  return ctx.asker.inputRequired(requests);
}

/** Whoever said no is not asked the same again. */
function isRefusal(response: JsonValue | undefined): boolean {
  return isObject(response) && (response["action"] === "decline" || response["action"] === "cancel");
}
