import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import { stringField } from "../../protocol/fields.js";
import { checkFormContent, formDefaults, readFormSchema } from "../../protocol/form.js";
import type {
  ElicitFormParams,
  ElicitResult,
  ElicitUrlParams,
  FormSchema,
} from "../../protocol/question-types.js";
import type { QuestionHandlers } from "./handlers.js";
import type { Reader, Ready } from "./reader.js";

type ModeReader = (params: JsonObject, handlers: QuestionHandlers) => Ready | undefined;

const MODES: ReadonlyMap<unknown, ModeReader> = new Map([
  ["form", readForm],
  ["url", readUrl],
]);

const ACTIONS: ReadonlySet<unknown> = new Set(["accept", "decline", "cancel"]);

/** `elicitation/create`; without a mode it is a form (Elicitation, Elicitation Requests). */
export const readElicitation: Reader = (params, { handlers }) => {
  if (handlers.elicit === undefined && handlers.openUrl === undefined) return undefined;
  const { mode = "form" } = params;
  const ready = MODES.get(mode)?.(params, handlers);
  if (ready !== undefined) return ready;
  throw new InvalidParamsError(`Invalid params: this client did not declare the mode ${describe(mode)}`);
};

function readForm(params: JsonObject, { elicit }: QuestionHandlers): Ready | undefined {
  if (elicit === undefined) return undefined;
  stringField(params, "message");
  const reading = readFormSchema(params["requestedSchema"]);
  if ("problem" in reading)
    throw new InvalidParamsError(`Invalid params: params.requestedSchema: ${reading.problem}`);
  const { schema } = reading;
  const request = params as unknown as ElicitFormParams; // just checked
  return async (ctx) => answerOf(await elicit(request, ctx), schema);
}

function readUrl(params: JsonObject, { openUrl }: QuestionHandlers): Ready | undefined {
  if (openUrl === undefined) return undefined;
  stringField(params, "message");
  const url = stringField(params, "url");
  if (!URL.canParse(url))
    throw new InvalidParamsError(`Invalid params: params.url must be a URL, not ${describe(url)}`);
  const request = params as unknown as ElicitUrlParams; // just checked
  return async (ctx) => answerOf(await openUrl(request, ctx), undefined);
}

/** What a handler answered, with content only where a form was accepted (Elicitation, Response Actions). */
function answerOf(answer: ElicitResult, form: FormSchema | undefined): JsonObject {
  const given: unknown = answer;
  if (!isObject(given) || !ACTIONS.has(given["action"])) {
    const what = isObject(given) ? `the action ${describe(given["action"])}` : describe(given);
    throw new InvalidAnswerError(`An elicitation is answered with accept, decline or cancel, not ${what}`);
  }
  const { content, ...rest } = given;
  return form === undefined || rest["action"] !== "accept"
    ? rest
    : { ...rest, content: filled(form, content) };
}

function filled(form: FormSchema, content: unknown = {}): JsonObject {
  if (!isObject(content)) throw unfit(checkFormContent(form, content));
  const given = Object.entries(content).filter(([, value]) => value !== undefined);
  const complete: JsonObject = { ...formDefaults(form), ...Object.fromEntries(given) };
  const problems = checkFormContent(form, complete);
  if (problems.length > 0) throw unfit(problems);
  return complete;
}

function unfit(problems: readonly string[]): InvalidAnswerError {
  return new InvalidAnswerError(`The content does not fit the form: ${problems.join("; ")}`);
}
