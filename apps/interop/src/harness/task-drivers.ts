import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  CreateTaskResultSchema,
  ElicitRequestSchema,
  TaskStatusNotificationSchema,
  type Progress as ProgressOfV1,
} from "@modelcontextprotocol/sdk/types.js";
import { McpClient, type McpClientOptions, type Progress } from "@towpath/mcp-core";
import { v1Way } from "./official-transports.js";
import type { Served } from "./servers.js";

/** How a task of either make came to its end. */
export interface Ended {
  /** What was heard of it, one after the other. */
  readonly statuses: readonly string[];
  readonly text: string;
  readonly isError: boolean;
}

/** A client of whichever make, as the tests of tasks use it. */
export interface TaskDriver {
  readonly revision: string | undefined;
  /** Tools by whether they can be tasks. */
  supports(): Promise<ReadonlyMap<string, string | undefined>>;
  /** Calls a tool as any other, and returns its text. */
  plain(tool: string, args?: Record<string, unknown>): Promise<string>;
  /** Runs a tool as a task, to its end. */
  run(
    tool: string,
    args?: Record<string, unknown>,
    onProgress?: (progress: Progress) => void,
  ): Promise<Ended>;
  /** Begins a task, cancels it once `begun` has settled, and returns its status then. */
  cancelled(tool: string, begun: () => Promise<void>): Promise<string>;
  /** Settles when the server has told of a task with that status. */
  told(status: string): Promise<void>;
  close(): Promise<void>;
}

export interface Asked {
  readonly elicit: (message: string) => Promise<{ action: "accept"; content: { name: string } }>;
}

export type ConnectTasks = (program: Served, asked: Asked) => Promise<TaskDriver>;

const SAMPLED = {
  role: "assistant" as const,
  model: "a model",
  content: { type: "text" as const, text: "Fine." },
};

interface Listed {
  readonly name: string;
  readonly execution?: { readonly taskSupport?: string };
}

interface Block {
  readonly text?: string;
}

/** @throws Error for a failed call, with what it says */
function textOf({ content, isError }: Readonly<Record<string, unknown>>): string {
  const [first] = content as readonly Block[]; // every tool of the fixtures answers with text
  if (isError === true) throw new Error(first?.text);
  return first?.text ?? "";
}

export function towpath(options: McpClientOptions = {}): ConnectTasks {
  return async (program, asked) => {
    const told = new Heard();
    const client = await McpClient.connect(program.transport(), {
      ...options,
      elicit: ({ message }) => asked.elicit(message),
      sample: () => SAMPLED,
      onNotification: ({ params }) => told.tell(String((params as { status?: string } | undefined)?.status)),
    });
    return {
      revision: client.revision,
      supports: async () => {
        const tools: readonly Listed[] = await client.listTools();
        return new Map(tools.map(({ name, execution }) => [name, execution?.taskSupport]));
      },
      plain: async (tool, args) => textOf({ ...(await client.callTool(tool, args)) }),
      run: async (tool, args, onProgress) => {
        const task = await client.startTask(tool, args, onProgress && { onProgress });
        const statuses: string[] = [];
        const watching = (async () => {
          for await (const { status } of task.updates()) statuses.push(status);
        })();
        const { content, isError = false } = await task.result();
        await watching;
        return { statuses, text: textOf({ content }), isError };
      },
      cancelled: async (tool, begun) => {
        const task = await client.startTask(tool);
        await begun();
        await task.cancel();
        for await (const { status } of task.updates()) if (status !== "working") return status;
        return task.status.status;
      },
      told: (status) => told.hears(status),
      close: () => client.close(),
    };
  };
}

export const officialV1: ConnectTasks = async (program, asked) => {
  const { transport, negotiated } = v1Way(program);
  const told = new Heard();
  const client = new V1Client(
    { name: "v1", version: "1.0.0" },
    { capabilities: { elicitation: { form: {} }, sampling: {} } },
  );
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => asked.elicit(params.message));
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setNotificationHandler(TaskStatusNotificationSchema, ({ params }) => told.tell(params.status));
  await client.connect(transport);
  await client.listTools(); // it knows then which tools are tasks
  const { tasks } = client.experimental;
  return {
    revision: negotiated(),
    supports: async () => {
      const { tools } = await client.listTools();
      return new Map(tools.map(({ name, execution }) => [name, execution?.taskSupport]));
    },
    plain: async (name, args) => textOf(await client.callTool({ name, arguments: args ?? {} })),
    run: async (name, args = {}, onProgress) => {
      const statuses: string[] = [];
      let taskId = "";
      const options = onProgress && {
        onprogress: ({ progress, total = NaN, message = "" }: ProgressOfV1) =>
          onProgress({ progress, total, message }),
      };
      for await (const message of tasks.callToolStream({ name, arguments: args }, undefined, options)) {
        if (message.type === "taskCreated" || message.type === "taskStatus") {
          ({ taskId } = message.task);
          if (statuses.at(-1) !== message.task.status) statuses.push(message.task.status);
        }
      }
      // It gives up where a task has failed, but the result is there.
      const { content, isError = false } = await tasks.getTaskResult(taskId, CallToolResultSchema);
      const { status } = await tasks.getTask(taskId);
      if (statuses.at(-1) !== status) statuses.push(status);
      return { statuses, text: textOf({ content }), isError };
    },
    cancelled: async (name, begun) => {
      const request = { method: "tools/call" as const, params: { name, task: {} } };
      const { task } = await client.request(request, CreateTaskResultSchema);
      await begun();
      await tasks.cancelTask(task.taskId);
      return (await tasks.getTask(task.taskId)).status;
    },
    told: (status) => told.hears(status),
    close: () => client.close(),
  };
};

/** What was told, until somebody waits for it. */
class Heard {
  readonly #said = new Set<string>();
  #changed: () => void = () => undefined;

  tell(what: string): void {
    this.#said.add(what);
    this.#changed();
  }

  async hears(what: string): Promise<void> {
    while (!this.#said.has(what)) await new Promise<void>((resolve) => (this.#changed = resolve));
  }
}
