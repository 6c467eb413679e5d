import type { ExtensionHost } from "../../extension/server.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { TASK_NOTIFICATION } from "../wire.js";

/** Waits for what becomes of one task, on whichever node. */
export interface Following {
  /** Settles when something may have changed since it was last called, and after `atMostMs` in any case. */
  next(atMostMs: number): Promise<void>;
  stop(): void;
}

type Called = () => void;

/** Part of what is announced of a task that neither has ended nor asks anything: who waits for that need not look. */
export const GOES_ON = { goesOn: true } as const;

/** Those in this process who wait for a task to change. Nothing is heard while there are none. */
export class Followers {
  readonly #host: ExtensionHost;
  readonly #following = new Map<string, Set<Called>>();
  #stopHearing: (() => void) | undefined;

  constructor(host: ExtensionHost) {
    this.#host = host;
  }

  follow(taskId: string): Following {
    const { clock } = this.#host;
    let changed = false;
    let wake: Called | undefined;
    const called: Called = () => {
      changed = true;
      wake?.();
    };
    this.#add(taskId, called);
    return {
      next: async (atMostMs) => {
        if (!changed) {
          await new Promise<void>((resolve) => {
            const timer = clock.schedule(atMostMs, resolve);
            wake = () => {
              timer.cancel();
              resolve();
            };
          });
        }
        changed = false;
        wake = undefined;
      },
      stop: () => {
        this.#remove(taskId, called);
        wake?.();
      },
    };
  }

  /** Has all who follow the task look at it again. */
  call(taskId: string): void {
    for (const called of this.#following.get(taskId) ?? []) called();
  }

  #add(taskId: string, called: Called): void {
    const all = this.#following.get(taskId) ?? new Set();
    this.#following.set(taskId, all.add(called));
    this.#stopHearing ??= this.#host.hear(TASK_NOTIFICATION, this.#heard, () => {
      for (const missed of this.#following.keys()) this.call(missed);
    });
  }

  #remove(taskId: string, called: Called): void {
    const all = this.#following.get(taskId);
    all?.delete(called);
    if (all?.size === 0) this.#following.delete(taskId);
    if (this.#following.size > 0) return;
    this.#stopHearing?.();
    this.#stopHearing = undefined;
  }

  readonly #heard = (params: JsonObject | undefined): void => {
    const taskId = params?.["taskId"];
    if (typeof taskId === "string" && params?.["goesOn"] !== true) this.call(taskId);
  };
}
