import type { MethodContext } from "../../extension/context.js";
import type { Method, MethodHandler, Push, PushedTo, ServerExtension } from "../../extension/server.js";
import type { ToolCall } from "../../extension/tools.js";
import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidParamsError, MethodNotFoundError } from "../../jsonrpc/errors.js";
import { describe } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { cursorParam } from "../../protocol/cursor.js";
import { optionalObjectField, progressTokenField } from "../../protocol/fields.js";
import { RELATED_TASK, TASK_NOTIFICATION, TASK_STATUS_NOTIFICATION, TASKS_REVISION } from "../wire.js";
import { PROGRESS_NOTIFICATION } from "./announcer.js";
import type { ResultExchanges } from "./result-exchange.js";
import { channelOfRecipient } from "./task-id.js";
import { toolTaskOf, type ToolTask } from "./tool-task.js";
import type { Tasks } from "./tasks.js";
import { experimentalStatus, experimentalTask } from "./views.js";

/** An id of ours: that revision has tasks in its core, and declares them among its own capabilities. */
const ID = "dev.towpath/tasks-2025-11-25";

/** No task is kept for less, in ms, whatever a client asks for: it could not be asked for its result. */
const MIN_TTL_MS = 1_000;

/** The tasks of revision 2025-11-25 (2025-11-25, Tasks). */
export function experimentalTasks(tasks: Tasks, exchanges: ResultExchanges): ServerExtension {
  return {
    id: ID,
    declaredIn: [],
    offered: () => tasks.offered,
    capabilities: {
      handshake: ({ revision, principal }) => {
        if (revision !== TASKS_REVISION) return undefined;
        const list = principal !== undefined && { list: {} };
        return { tasks: { ...list, cancel: {}, requests: { tools: { call: {} } } } };
      },
    },
    methods: {
      "tasks/get": method(async (params, { principal }) => {
        const { taskId, record } = await tasks.find(params, principal);
        return asJsonObject(experimentalTask(taskId, record));
      }),
      "tasks/result": method((params, ctx) => exchanges.serve(params, ctx)),
      "tasks/cancel": method((params, ctx) => cancel(tasks, params, ctx)),
      "tasks/list": method((params, ctx) => list(tasks, params, ctx)),
    },
    pushes: {
      [TASK_NOTIFICATION]: statusPush(tasks),
      [PROGRESS_NOTIFICATION]: PROGRESS_PUSH,
    },
    tools: {
      describe: (tool, revision) => {
        const of = revision === TASKS_REVISION ? toolTaskOf(tool) : undefined;
        return of && { execution: { taskSupport: of.support } };
      },
      call: (call, ctx) => {
        if (ctx.client.era !== "handshake" || !tasks.offered) return undefined;
        return callTool(tasks, toolTaskOf(call.tool), call, ctx);
      },
    },
  };
}

function method(handle: MethodHandler): Method {
  return { eras: ["handshake"], revisions: [TASKS_REVISION], handle };
}

/** 2025-11-25, Tasks, Tool-Level Negotiation. */
function callTool(tasks: Tasks, of: ToolTask | undefined, call: ToolCall, ctx: MethodContext) {
  const { name } = call.tool;
  const known = ctx.client.revision === TASKS_REVISION;
  const asked = known ? optionalObjectField(call.params, "task") : undefined;
  if (asked !== undefined) {
    if (of === undefined) throw new MethodNotFoundError(`Tool "${name}" cannot be called as a task`);
    return begin(tasks, call, ctx, ttlIn(asked, tasks.limits.maxTtlMs));
  }
  if (of?.support !== "required") return undefined;
  throw new MethodNotFoundError(
    known
      ? `Tool "${name}" can be called as a task only: params.task is missing`
      : `Tool "${name}" can be called as a task only, which takes revision ${TASKS_REVISION} or later`,
  );
}

async function begin(tasks: Tasks, call: ToolCall, ctx: MethodContext, ttlMs: number | undefined) {
  const { tool } = call;
  const { principal, recipient, signal } = ctx;
  const progressToken = progressTokenField(ctx.meta);
  const prepared = await call.prepare();
  const told = { recipient, ...(progressToken !== undefined && { progressToken }) };
  const { taskId, record } = await tasks.create({ tool, prepared, principal, signal, ttlMs, told });
  return { task: asJsonObject(experimentalTask(taskId, record)) };
}

/** How long the client wants the task kept, as far as it may be. */
function ttlIn({ ttl }: JsonObject, maxTtlMs: number): number | undefined {
  if (ttl === undefined) return undefined;
  if (typeof ttl === "number" && ttl >= 0) return Math.min(Math.max(Math.ceil(ttl), MIN_TTL_MS), maxTtlMs);
  throw new InvalidParamsError(
    `Invalid params: params.task.ttl must be a number of milliseconds from 0 on, not ${describe(ttl)}`,
  );
}

async function cancel(tasks: Tasks, params: JsonObject, { principal }: MethodContext) {
  const { kind, known } = await tasks.cancel(await tasks.find(params, principal));
  if (kind === "changed") return asJsonObject(experimentalTask(known.taskId, known.record));
  const why =
    known === undefined
      ? "it has expired"
      : `already in terminal status '${experimentalStatus(known.record)}'`;
  throw new InvalidParamsError(`Cannot cancel task: ${why}`);
}

/** Callers that cannot be told apart are not shown whose tasks there are (2025-11-25, Tasks, Security Considerations). */
async function list(tasks: Tasks, params: JsonObject, { principal }: MethodContext) {
  if (principal === undefined)
    throw new MethodNotFoundError("Method not found: tasks/list is for authenticated callers");
  const { tasks: found, ...next } = await tasks.ofOwner(principal, cursorParam(params));
  return {
    tasks: found.map(({ taskId, record }) => asJsonObject(experimentalTask(taskId, record))),
    ...next,
  };
}

function channel({ recipient, revision }: PushedTo): string | undefined {
  return revision === TASKS_REVISION ? channelOfRecipient(recipient) : undefined;
}

/** Whether a notification about a task, as it was announced, is for this client. */
function lets(params: JsonObject | undefined, { recipient, principal, revision }: PushedTo): boolean {
  return (
    revision === TASKS_REVISION && params?.["recipient"] === recipient && params["owner"] === principal?.id
  );
}

/** 2025-11-25, Tasks, Task Status Notification. */
function statusPush(tasks: Tasks): Push {
  return {
    method: TASK_STATUS_NOTIFICATION,
    channel,
    lets,
    render: async (params) => {
      const known = await tasks.announced(params);
      return known && asJsonObject(experimentalTask(known.taskId, known.record));
    },
  };
}

/** 2025-11-25, Tasks, Task Progress Notifications. */
const PROGRESS_PUSH: Push = {
  channel,
  lets,
  render: (params) => {
    const { taskId, recipient: _r, owner: _o, ...progress } = params ?? {};
    return { ...progress, _meta: { [RELATED_TASK]: { taskId } } };
  },
};
