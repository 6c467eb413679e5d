import type { Era, SavedTask } from "@towpath/mcp-core";
import type { Connection } from "../connection/connection.js";
import { isObject } from "../schema/is-object.js";
import type { Called } from "./call.js";

/** A task that goes on while the page is loaded anew, and where it is. */
export interface KeptTask extends Called {
  readonly task: SavedTask;
  /** The id of the transport. */
  readonly transport: string;
  readonly era: Era;
}

const KEY = "tasks";

/** The tasks of this tab that have not ended, as far as it knows; the oldest first. */
export class KeptTasks {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  all(): readonly KeptTask[] {
    return Object.values(this.#read());
  }

  keep(id: string, { tool, args, startedAt }: Called, task: SavedTask, { live }: Connection): void {
    if (live === undefined) return;
    const { client, choice } = live;
    const kept: KeptTask = {
      tool,
      args,
      startedAt,
      task,
      transport: choice.transport.id,
      era: client.era,
    };
    this.#write({ ...this.#read(), [id]: kept });
  }

  forget(id: string): void {
    const { [id]: _gone, ...others } = this.#read();
    this.#write(others);
  }

  #read(): Readonly<Record<string, KeptTask>> {
    try {
      const kept: unknown = JSON.parse(this.#storage.getItem(KEY) ?? "{}");
      return isObject(kept) ? (kept as unknown as Record<string, KeptTask>) : {}; // written below, by this page alone
    } catch {
      return {};
    }
  }

  #write(kept: Readonly<Record<string, KeptTask>>): void {
    try {
      this.#storage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // There is no room, or none is allowed: it is not found again, and goes on all the same.
    }
  }
}
