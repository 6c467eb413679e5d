import type { ExtensionHost } from "../../extension/server.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { atMost } from "../../protocol/at-most.js";
import { BusyError, ShuttingDownError, TowpathErrorCode } from "../../protocol/errors.js";
import type { Announcer } from "./announcer.js";
import { SHUT_DOWN } from "./ending.js";
import { inBackground, isAway } from "./patience.js";
import type { TaskRecord } from "./record.js";
import { RunningTask, type Run, type Surroundings } from "./running-task.js";
import type { Known, TaskStore } from "./store.js";
import { Workplace } from "./workplace.js";

/** How long a server that ends waits for the state to know of its tasks, in ms. */
const CLOSE_MS = 1_000;

/** Handlers of tasks that have ended which may still be running, because they ignore their signal. */
const MAX_ABANDONED = 1_024;

/** Tasks that are read at a time. */
const AT_ONCE = 100;

/** A task that is to run. */
export interface ToRun {
  readonly taskId: string;
  /** @param node on which it is to run; `undefined` where there is one alone */
  readonly record: (node: string | undefined) => TaskRecord;
  /** Aborted when nobody would ever know of it. */
  readonly signal: AbortSignal;
  readonly run: Run;
}

/** The tasks that run on this node. */
export class LocalTasks {
  readonly #host: ExtensionHost;
  readonly #store: TaskStore;
  readonly #workplace: Workplace;
  readonly #running = new Map<string, RunningTask>();
  readonly #around: Surroundings;
  #closing = false;
  /** Called when nothing runs here any more. */
  #ranOut: (() => void) | undefined;
  /** Handlers that have not ended, those of tasks that have included. */
  #handlers = 0;

  /** @param maxBytes of a result, and of open questions, as JSON */
  constructor(host: ExtensionHost, store: TaskStore, announcer: Announcer, maxBytes: number) {
    this.#host = host;
    this.#store = store;
    this.#workplace = new Workplace(host, {
      nudged: (taskId) => void this.#running.get(taskId)?.look(),
      missed: () => void this.#lookAtAll(),
    });
    this.#around = {
      store,
      clock: host.clock,
      maxBytes,
      report: (error) => host.report(error),
      changed: (known) => announcer.changed(known),
      progressed: (known, progress) => announcer.progressed(known, progress),
      over: (taskId) => this.#over(taskId),
    };
  }

  /** @throws BusyError when there are too many; ShuttingDownError */
  checkRoom(): void {
    if (this.#closing) throw new ShuttingDownError();
    if (this.#handlers - this.#running.size < MAX_ABANDONED) return;
    throw new BusyError(
      `${String(MAX_ABANDONED)} handlers of tasks that are over have not ended; this one was not begun`,
    );
  }

  /**
   * Settles when the task is kept; its handler starts after that.
   * @throws BusyError when there is no room for it; the reason when the signal is aborted
   */
  async create({ taskId, record, signal, run }: ToRun): Promise<Known> {
    await this.#workplace.begin();
    try {
      const known = await this.#store.create(taskId, record(this.#workplace.node));
      signal.throwIfAborted();
      this.#start(known, run);
      return known;
    } catch (error) {
      this.#workplace.ended();
      // It may have been made all the same.
      if (isAway(error) || signal.aborted) inBackground(this.#host, () => this.#store.forget(taskId));
      throw error;
    }
  }

  /** A task was changed by somebody else than its handler: lets that know, wherever it runs. */
  changed(known: Known): void {
    const here = this.#running.get(known.taskId);
    if (here === undefined) this.nudge(known);
    else here.see(known);
  }

  /** Has the node on which a task runs look at it again, if it is another one. */
  nudge({ taskId, record }: Known): void {
    this.#workplace.nudge(record.node, taskId);
  }

  /**
   * Lets nothing begin. What runs goes on until `until` is aborted, and is ended then. Settles soon after that in any
   * case.
   */
  async close(until: AbortSignal): Promise<void> {
    this.#closing = true;
    await this.#nothingRuns(until);
    const ended = [...this.#running.values()].map((task) => task.shutDown(SHUT_DOWN, shuttingDown()));
    await atMost(this.#host.clock, CLOSE_MS, Promise.all(ended));
    for (const task of this.#running.values()) task.stop(shuttingDown());
    await this.#workplace.close();
    this.#closing = false;
  }

  #start(known: Known, run: Run): void {
    const task = new RunningTask(known, this.#around);
    this.#running.set(known.taskId, task);
    if (this.#closing) {
      void task.shutDown(SHUT_DOWN, shuttingDown());
      return;
    }
    this.#handlers += 1;
    const begin = (): void => {
      void task.run(run).then(() => (this.#handlers -= 1));
    };
    // In a later turn: the client has its handle before the handler keeps this process busy.
    this.#host.clock.schedule(0, begin, { keepAlive: true });
  }

  #over(taskId: string): void {
    if (this.#running.delete(taskId)) this.#workplace.ended();
    if (this.#running.size === 0) this.#ranOut?.();
  }

  /** Settles when all that runs here has ended, and when the signal is aborted in any case. */
  async #nothingRuns(until: AbortSignal): Promise<void> {
    if (this.#running.size === 0 || until.aborted) return;
    await new Promise<void>((resolve) => {
      this.#ranOut = resolve;
      until.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#ranOut = undefined;
  }

  /** Messages may have been missed: of which tasks, nobody knows. */
  async #lookAtAll(): Promise<void> {
    const all = [...this.#running.values()];
    for (let at = 0; at < all.length; at += AT_ONCE)
      await Promise.all(all.slice(at, at + AT_ONCE).map((task) => task.look()));
  }
}

function shuttingDown(): ProtocolError {
  return new ProtocolError(TowpathErrorCode.shuttingDown, "The server is shutting down");
}
