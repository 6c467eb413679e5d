import type { MethodContext } from "../../extension/context.js";
import type { Method, MethodHandler, OpenFilter, ServerExtension } from "../../extension/server.js";
import type { ToolCall } from "../../extension/tools.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { asJsonObject } from "../../jsonrpc/as-json.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { elicitResult, rootsResult, sampleResult } from "../../protocol/answers.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import { objectField } from "../../protocol/fields.js";
import type { InputRequest } from "../../protocol/question-types.js";
import { TASK_NOTIFICATION, TASK_RESULT, TASKS_EXTENSION } from "../wire.js";
import type { Answer, Questions } from "./record.js";
import { channelOfTask, isTaskId } from "./task-id.js";
import { toolTaskOf, type ToolTask } from "./tool-task.js";
import type { Tasks } from "./tasks.js";
import { detailedTask, task } from "./views.js";

/** Tasks that one subscription may listen for. */
const MAX_LISTENED = 1_024;

const NEEDED = { extensions: { [TASKS_EXTENSION]: {} } };

/** The extension of the stateless era (Tasks extension). */
export function extensionTasks(tasks: Tasks): ServerExtension {
  /** Clients that did not declare the extension are refused (Tasks extension, Error Handling, Protocol Errors). */
  const method = (serve: MethodHandler): Method => ({
    eras: ["stateless"],
    mirroredName: "taskId",
    handle: (params, ctx) => {
      ctx.require(NEEDED);
      return serve(params, ctx);
    },
  });
  return {
    id: TASKS_EXTENSION,
    declaredIn: ["stateless"],
    offered: () => tasks.offered,
    resultTypes: [TASK_RESULT],
    methods: {
      "tasks/get": method(async (params, { principal }) => {
        const known = await tasks.find(params, principal);
        const { taskId, record } = await tasks.store.complete(known);
        return detailedTask(taskId, record);
      }),
      "tasks/update": method(async (params, { principal }) => {
        const responses = objectField(params, "inputResponses");
        const known = await tasks.find(params, principal);
        await tasks.answer(known, answersIn(responses, known.record.questions));
        return {};
      }),
      "tasks/cancel": method(async (params, { principal }) => {
        await tasks.cancel(await tasks.find(params, principal));
        return {};
      }),
    },
    listenFilters: {
      taskIds: {
        notification: TASK_NOTIFICATION,
        channels: (asked) => idsIn(asked).filter(isTaskId).map(channelOfTask),
        open: (asked, ctx) => openFilter(tasks, asked, ctx),
      },
    },
    tools: {
      registered: (tool) => tasks.registered(tool),
      call: (call, ctx) => {
        if (ctx.client.era !== "stateless") return undefined;
        const of = toolTaskOf(call.tool);
        return of && begin(tasks, of, call, ctx);
      },
    },
    close: (until) => tasks.close(until),
  };
}

/** Makes a task of a call, where the client takes part in that (Tasks extension, Capability Negotiation). */
function begin(tasks: Tasks, of: ToolTask, call: ToolCall, ctx: MethodContext) {
  if (of.support === "required") ctx.require(NEEDED);
  else if (!isObject(ctx.client.capabilities.extensions?.[TASKS_EXTENSION])) return undefined;
  const { principal, signal } = ctx;
  const create = async () => {
    const prepared = await call.prepare();
    if (prepared.kind === "answered") return prepared.result;
    const { taskId, record } = await tasks.create({ tool: call.tool, prepared, principal, signal });
    return asJsonObject({ resultType: TASK_RESULT, ...task(taskId, record) });
  };
  return create();
}

/** What makes sure that a result answers a question of this method. */
const CHECKS: Readonly<Record<InputRequest["method"], (result: JsonValue) => unknown>> = {
  "elicitation/create": elicitResult,
  "sampling/createMessage": sampleResult,
  "roots/list": rootsResult,
};

/**
 * What answers the open questions; the rest is ignored (Tasks extension, Task Update Requests).
 * @throws InvalidParamsError for what is no answer: the question stays open
 */
function answersIn(responses: JsonObject, questions: Questions = {}): Readonly<Record<string, Answer>> {
  const given = Object.entries(responses).flatMap(([key, result = null]) => {
    const question = Object.hasOwn(questions, key) ? questions[key] : undefined;
    return question === undefined ? [] : [[key, answerIn(key, result, question)] as const];
  });
  return Object.fromEntries(given);
}

function answerIn(key: string, result: JsonValue, { method }: InputRequest): Answer {
  const where = `Invalid params: params.inputResponses[${JSON.stringify(key)}]`;
  if (!isObject(result)) throw new InvalidParamsError(`${where} must be an object, not ${describe(result)}`);
  try {
    CHECKS[method](result);
  } catch (error) {
    throw error instanceof InvalidAnswerError ? new InvalidParamsError(`${where}: ${error.message}`) : error;
  }
  return { result };
}

/** Tasks that are there and the caller's are listened for (Tasks extension, Task Status Notifications). */
async function openFilter(
  tasks: Tasks,
  asked: JsonValue,
  { principal, require }: MethodContext,
): Promise<OpenFilter | undefined> {
  require(NEEDED);
  const ids = idsIn(asked);
  const found = await Promise.all(ids.map((taskId) => tasks.own(taskId, principal)));
  const known = found.filter((one) => one !== undefined);
  if (known.length === 0) return undefined;
  const running = known.filter(({ record }) => record.outcome === undefined);
  const releases = running.map(({ record }) => tasks.watch.hold(record.node));
  const honoured = new Set(known.map(({ taskId }) => taskId));
  return {
    honoured: [...honoured],
    lets: (params) => typeof params?.["taskId"] === "string" && honoured.has(params["taskId"]),
    missed: () => [...honoured].map((taskId) => ({ taskId })),
    render: async (params) => {
      const now = await tasks.announcedWhole(params);
      if (now === undefined || now.record.owner !== principal?.id) return undefined;
      return detailedTask(now.taskId, now.record);
    },
    closed: () => {
      for (const release of releases) release();
    },
  };
}

function idsIn(asked: JsonValue): readonly string[] {
  if (!Array.isArray(asked) || !asked.every((id) => typeof id === "string"))
    throw new InvalidParamsError("Invalid params: params.notifications.taskIds must be a list of strings");
  if (asked.length > MAX_LISTENED)
    throw new InvalidParamsError(
      `Invalid params: params.notifications.taskIds may have ${String(MAX_LISTENED)} ids, not ${String(asked.length)}`,
    );
  return [...new Set(asked)];
}
