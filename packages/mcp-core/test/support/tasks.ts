import type { Principal } from "../../src/contract/index.js";
import type { JsonObject } from "../../src/jsonrpc/messages.js";
import type { MaybePromise } from "../../src/protocol/promises.js";
import type { TaskOptions } from "../../src/tasks/server/task-extensions.js";
import type { Context } from "../../src/server/context.js";
import { McpServer } from "../../src/server/server.js";
import type { ToolDefinition, ToolReturn } from "../../src/server/tools/definition.js";
import { memoryState } from "../../src/state/memory/memory-state.js";
import { nodeView, type NodeView } from "../../src/testing/cluster/node-view.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { TASKS_EXTENSION as TASKS } from "../../src/tasks/wire.js";
import { stepwise } from "./stepwise.js";
import { handshaken, openLink, settled, type TestLink, type Wire } from "./link.js";

export { TASKS };
export const DECLARED: JsonObject = { extensions: { [TASKS]: {} } };

/** A node of a server, and what its author was told. */
export interface TaskNode {
  readonly server: McpServer;
  readonly view: NodeView;
  readonly told: unknown[];
  /** A client of the stateless era that takes part in tasks. */
  client(principal?: Principal, capabilities?: JsonObject): StatelessClient;
  /** A client of 2025-11-25. */
  session(capabilities?: JsonObject, principal?: Principal): Promise<TestLink>;
  tool(
    name: string,
    task: ToolDefinition["task"],
    handler: (ctx: Context) => MaybePromise<ToolReturn<undefined>>,
  ): void;
  /** Lets what the server has begun end. */
  stop(): Promise<void>;
}

export type StatelessClient = (method: string, params?: JsonObject) => Promise<Wire | undefined>;

/** One server on several nodes, which share a state. */
export class TaskNodes {
  readonly clock = new ManualClock();
  readonly state = memoryState({ clock: this.clock });

  node(tasks: TaskOptions = {}): TaskNode {
    const { clock } = this;
    const [view, told] = [nodeView(this.state), [] as unknown[]];
    const onError = (error: unknown): void => void told.push(error);
    const server = new McpServer("tasks", { state: view, clock, tasks, onError });
    return {
      server,
      view,
      told,
      client: (principal, capabilities = {}) => {
        const peer = openLink(server, principal === undefined ? {} : { principal });
        const declared = { ...DECLARED, ...capabilities };
        return (method, params) => peer.stateless(method, params, { capabilities: declared });
      },
      session: (capabilities = {}, principal) =>
        handshaken(server, "2025-11-25", {
          capabilities,
          peer: principal === undefined ? {} : { principal },
        }),
      tool: (name, task, handler) => {
        server.tool(name, task === undefined ? {} : { task }, (_args, ctx) => handler(ctx));
      },
      stop: async () => {
        const running = await server.start({
          name: "quiet",
          start: () => Promise.resolve({ closed: Promise.resolve(), drain: () => Promise.resolve() }),
        });
        await this.within(10_000, running.closed);
      },
    };
  }

  /** Lets time pass, and what that leads to happen at its time. */
  pass(ms: number): Promise<void> {
    return stepwise(this.clock, ms);
  }

  /** Lets what is due happen, without that time passes. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      this.clock.advance(0);
      await settled();
    }
  }

  /** Lets time pass until the promise settles. */
  async within<T>(ms: number, promise: Promise<T>): Promise<T> {
    const state = { done: false };
    const ended = promise.finally(() => (state.done = true));
    ended.catch(() => undefined);
    for (let passed = 0; !state.done; passed += 50) {
      if (passed > ms) throw new Error(`It did not settle within ${String(ms)} ms`);
      await this.pass(50);
    }
    return ended;
  }
}

/** What a call was answered with, as a task. */
export function taskIdIn(reply: Wire | undefined): string {
  const task = (reply?.result?.["task"] ?? reply?.result) as JsonObject | undefined;
  if (typeof task?.["taskId"] !== "string") throw new Error(`There is no task in ${JSON.stringify(reply)}`);
  return task["taskId"];
}
