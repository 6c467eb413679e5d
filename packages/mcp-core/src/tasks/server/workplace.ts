import type { ExtensionHost } from "../../extension/server.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Scheduled } from "../../protocol/clock.js";
import type { Unsubscribe } from "../../state/contract.js";
import { patienceFor, patiently } from "./patience.js";

/** How long this node stays known after its last task, in ms: the next one then finds it there. */
const LINGER_MS = 10_000;

/** How long it is tried to reach another node, in ms. */
const NUDGE_MS = 30_000;

export interface Nudged {
  /** Something became of a task that runs here. */
  readonly nudged: (taskId: string) => void;
  /** Something may have become of any of them. */
  readonly missed: () => void;
}

/** This node as a place where tasks run: while any do, other nodes know it and can reach it. */
export class Workplace {
  readonly #host: ExtensionHost;
  readonly #nudged: Nudged;
  #running = 0;
  #subscribed: Promise<Unsubscribe> | undefined;
  #joined: Promise<void> | undefined;
  #leaving: Scheduled | undefined;

  constructor(host: ExtensionHost, nudged: Nudged) {
    this.#host = host;
    this.#nudged = nudged;
  }

  /** `undefined`: there are no others. */
  get node(): string | undefined {
    return this.#host.nodes?.id;
  }

  /** A task is to run here. Settles when other nodes can know; rejects as the state does. */
  async begin(): Promise<void> {
    this.#running += 1;
    this.#leaving?.cancel();
    try {
      await Promise.all([this.#subscribe(), this.#join()]);
    } catch (error) {
      this.ended();
      throw error;
    }
  }

  /** It no longer does. */
  ended(): void {
    this.#running -= 1;
    if (this.#running > 0) return;
    this.#leaving?.cancel();
    this.#leaving = this.#host.clock.schedule(LINGER_MS, () => {
      void this.#leave();
    });
  }

  /** Has the node on which a task runs look at it again. */
  nudge(node: string | undefined, taskId: string): void {
    if (node === undefined || node === this.node) return;
    const { state, clock } = this.#host;
    patiently(() => state.bus.publish(topicOf(node), { taskId }), patienceFor(clock, NUDGE_MS)).catch(
      (error: unknown) => {
        this.#host.report(error);
      },
    );
  }

  /** Settles, soon in any case, when this node is no such place any more. */
  async close(): Promise<void> {
    this.#leaving?.cancel();
    const subscribed = this.#subscribed;
    this.#subscribed = undefined;
    subscribed?.then((stop) => stop()).catch(() => undefined); // a state that is away or closed says so itself
    await this.#leave();
  }

  #subscribe(): Promise<unknown> {
    const { node } = this;
    if (node === undefined) return Promise.resolve();
    const heard = (message: JsonValue): void => {
      const taskId = isObject(message) ? message["taskId"] : undefined;
      if (typeof taskId === "string") this.#nudged.nudged(taskId);
    };
    const options = { onGap: this.#nudged.missed };
    this.#subscribed ??= this.#host.state.bus
      .subscribe(topicOf(node), heard, options)
      .catch((error: unknown) => {
        this.#subscribed = undefined; // tried again by the next task
        throw error;
      });
    return this.#subscribed;
  }

  #join(): Promise<void> {
    this.#joined ??= (this.#host.nodes?.join() ?? Promise.resolve()).catch((error: unknown) => {
      this.#joined = undefined; // tried again by the next task
      throw error;
    });
    return this.#joined;
  }

  async #leave(): Promise<void> {
    const joined = this.#joined;
    this.#joined = undefined;
    if (joined !== undefined) await this.#host.nodes?.leave();
  }
}

function topicOf(node: string): string {
  return `towpath/tasks/on/${node}`;
}
