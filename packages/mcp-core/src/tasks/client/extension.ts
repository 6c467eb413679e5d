import type { ClientExtension, ClientExtensionHost, ServedHandler } from "../../extension/client.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { OnDemand } from "../../protocol/on-demand.js";
import type { ClientCapabilities } from "../../protocol/types.js";
import {
  TASK_NOTIFICATION,
  TASK_RESULT,
  TASK_STATUS_NOTIFICATION,
  TASKS_EXTENSION,
  TASKS_REVISION,
} from "../wire.js";
import type { Tasks } from "./tasks.js";
import { hasExperimentalTasks } from "./has-experimental-tasks.js";
import type { SavedTask, StartTaskOptions, TaskHandle } from "./types.js";

/** The tasks of one client: an extension, and what the client's methods need of it. */
export interface ClientTasks {
  readonly extension: (host: ClientExtensionHost) => ClientExtension;
  start(params: JsonObject, options: StartTaskOptions): Promise<TaskHandle>;
  resume(saved: SavedTask | string): Promise<TaskHandle>;
}

/** What names the task in the params of these is repeated in a header (Tasks extension, Streamable HTTP). */
const METHODS = ["tasks/get", "tasks/update", "tasks/cancel"];

/** What else a server of 2025-11-25 may ask of a client with tasks. */
const SERVED = ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"];

/** What it may ask for as a task, and the capability for it. */
const AUGMENTED = [
  ["sampling/createMessage", "sampling"],
  ["elicitation/create", "elicitation"],
] as const;

/** The parts that no task needs, and what loads the others with the first. */
export function clientTasks(): ClientTasks {
  let connected: ClientExtensionHost | undefined;
  const loaded = new OnDemand(async () => {
    if (connected === undefined) throw new Error("The client is not connected");
    const { Tasks } = await import("./tasks.js");
    return new Tasks(connected);
  });
  return {
    extension: (host) => {
      connected = host;
      return extensionOf(host, loaded);
    },
    start: async (params, options) => (await loaded.load()).start(params, options),
    resume: async (saved) => (await loaded.load()).resume(saved),
  };
}

function extensionOf(host: ClientExtensionHost, tasks: OnDemand<Tasks>): ClientExtension {
  const received = new OnDemand(async () => {
    const { ReceivedTasks } = await import("./receiving/received-tasks.js");
    return new ReceivedTasks(host);
  });
  const handles = receivable(host.capabilities);
  const served =
    (method: string, isOurs: (params: JsonObject) => boolean): ServedHandler =>
    (params, ctx) =>
      host.agreed.revision === TASKS_REVISION && isOurs(params)
        ? received.load().then((loaded) => loaded.serve(method, params, ctx))
        : undefined;
  const learn = async (page: JsonObject): Promise<void> => {
    try {
      (await tasks.load()).support.learn(page);
    } catch (error) {
      host.report(error);
    }
  };
  return {
    id: TASKS_EXTENSION,
    declaredIn: ["stateless"],
    capabilities: {
      handshake: (revision) =>
        revision === TASKS_REVISION && handles !== undefined
          ? { tasks: { list: {}, cancel: {}, requests: handles } }
          : undefined,
    },
    methods: METHODS,
    mirroredNames: Object.fromEntries(METHODS.map((method) => [method, "taskId"])),
    resultTypes: [TASK_RESULT],
    follow: async (result, call) => (await tasks.load()).follow(result, call),
    calls: {
      "tools/call": (call) =>
        call.params["task"] === undefined && hasExperimentalTasks(host)
          ? tasks.load().then((loaded) => loaded.call(call))
          : undefined,
    },
    results: {
      "tools/list": (result) => {
        if (hasExperimentalTasks(host)) void learn(result);
      },
    },
    notifications: {
      [TASK_NOTIFICATION]: (params) => tasks.loaded?.heard(params),
      [TASK_STATUS_NOTIFICATION]: (params) => tasks.loaded?.heard(params),
      "notifications/tools/list_changed": () => tasks.loaded?.support.forget(),
    },
    serves: Object.fromEntries<ServedHandler>([
      ...SERVED.map((method): [string, ServedHandler] => [
        method,
        served(method, () => handles !== undefined),
      ]),
      ...AUGMENTED.map(([method, category]): [string, ServedHandler] => [
        method,
        served(method, ({ task }) => isObject(task) && handles?.[category] !== undefined),
      ]),
    ]),
    listenFilters: ["taskIds"],
  };
}

/** What a client with these capabilities takes as a task (2025-11-25, Tasks, Client Capabilities). */
function receivable({ sampling, elicitation }: ClientCapabilities): JsonObject | undefined {
  if (sampling === undefined && elicitation === undefined) return undefined;
  return {
    ...(sampling !== undefined && { sampling: { createMessage: {} } }),
    ...(elicitation !== undefined && { elicitation: { create: {} } }),
  };
}
