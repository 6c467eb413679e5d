import type { ExtensionHost, Hearing } from "../../extension/server.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { TASK_NOTIFICATION } from "../wire.js";
import { channelOfTask } from "./task-id.js";

/** Waits for what becomes of one task, on whichever node. */
export interface Following {
  /** Settles when nothing is missed from now on; rejects as the state does. */
  readonly begun: Promise<unknown>;
  /** Settles when something may have changed since it was last called, and after `atMostMs` in any case. */
  next(atMostMs: number): Promise<void>;
  stop(): void;
}

type Called = () => void;

/** Part of what is announced of a task that neither has ended nor asks anything: who waits for that need not look. */
export const GOES_ON = { goesOn: true } as const;

interface Followed {
  readonly hearing: Hearing;
  readonly all: Set<Called>;
}

/** Those in this process who wait for a task to change. Nothing is heard of a task while there are none. */
export class Followers {
  readonly #host: ExtensionHost;
  readonly #followed = new Map<string, Followed>();

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
    const { begun } = this.#add(taskId, called);
    return {
      begun,
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
    for (const called of this.#followed.get(taskId)?.all ?? []) called();
  }

  #add(taskId: string, called: Called): Hearing {
    const followed = this.#followed.get(taskId) ?? { hearing: this.#hear(taskId), all: new Set() };
    this.#followed.set(taskId, followed);
    followed.all.add(called);
    return followed.hearing;
  }

  #remove(taskId: string, called: Called): void {
    const followed = this.#followed.get(taskId);
    if (followed?.all.delete(called) !== true || followed.all.size > 0) return;
    this.#followed.delete(taskId);
    followed.hearing.stop();
  }

  #hear(taskId: string): Hearing {
    const heard = (params: JsonObject | undefined): void => {
      if (params?.["taskId"] === taskId && params["goesOn"] !== true) this.call(taskId);
    };
    const missed = (): void => this.call(taskId);
    return this.#host.hear(TASK_NOTIFICATION, heard, { channel: channelOfTask(taskId), missed });
  }
}
