import type { ChangeFilter, ChangeSubscription } from "../../extension/changes.js";
import type { ClientExtensionHost } from "../../extension/client.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Scheduled } from "../../protocol/clock.js";
import type { TaskRun } from "./task-run.js";

/** Tasks that are begun together are subscribed to together. */
const GATHERED_MS = 100;
/** Between two subscriptions. */
const SPACING_MS = 250;
/** After one that failed. */
const AGAIN_MS = 30_000;
/** Tasks of one subscription. */
const MAX_TASKS = 1_000;

const ignore = (): void => undefined;

/**
 * One subscription for all tasks that are seen to, made anew as they change (Tasks extension, Task Status Notifications).
 * What it brings is heard elsewhere, with all other notifications.
 */
export class SharedSubscription {
  readonly #host: ClientExtensionHost;
  readonly #members = new Set<TaskRun>();
  #current: ChangeSubscription | undefined;
  #covered: ReadonlySet<JsonValue> = new Set();
  #timer: Scheduled | undefined;
  #notBefore = -Infinity;
  #isAsking = false;
  /** The server does not tell of tasks. */
  #isRefused = false;

  constructor(host: ClientExtensionHost) {
    this.#host = host;
  }

  /** Whether the server tells of it. */
  covers({ id }: TaskRun): boolean {
    return this.#covered.has(id);
  }

  /** A task is seen to. Rings its alarm when something may have been missed. Returns the way to leave. */
  join(run: TaskRun): () => void {
    this.#members.add(run);
    this.#schedule();
    return () => {
      this.#members.delete(run);
      if (this.#members.size === 0) this.#close();
    };
  }

  #schedule(): void {
    if (this.#isRefused || this.#isAsking || this.#timer !== undefined || !this.#isIncomplete) return;
    const { clock } = this.#host;
    const ms = Math.max(GATHERED_MS, this.#notBefore - clock.now());
    this.#timer = clock.schedule(ms, () => {
      this.#timer = undefined;
      void this.#subscribe();
    });
  }

  get #isIncomplete(): boolean {
    return [...this.#members].some((run) => !this.covers(run));
  }

  async #subscribe(): Promise<void> {
    const { clock, closing } = this.#host;
    const before = this.#current;
    const taskIds = [...new Set([...this.#members].map(({ id }) => id))].slice(0, MAX_TASKS);
    this.#isAsking = true;
    this.#notBefore = clock.now() + SPACING_MS;
    try {
      const filter: ChangeFilter & { readonly taskIds: readonly string[] } = { taskIds };
      const next = await this.#host.listen(filter, ignore, { signal: closing, onMissed: () => this.#ring() });
      this.#use(next);
      await before?.close();
    } catch (error) {
      this.#isRefused = error instanceof ProtocolError;
      this.#notBefore = clock.now() + AGAIN_MS;
    } finally {
      this.#isAsking = false;
    }
    if (this.#members.size === 0) this.#close();
    else if (this.#members.size < MAX_TASKS) this.#schedule();
  }

  #use(next: ChangeSubscription): void {
    const { taskIds } = next.filter;
    const covered: readonly JsonValue[] = Array.isArray(taskIds) ? taskIds : [];
    if (covered.length === 0) {
      this.#isRefused = true;
      void next.close();
      return;
    }
    this.#current = next;
    this.#covered = new Set(covered);
    void next.closed.then(() => {
      if (this.#current !== next) return;
      this.#forget();
      this.#notBefore = this.#host.clock.now() + AGAIN_MS;
      this.#ring();
      this.#schedule();
    });
    this.#ring(); // what changed before it was acknowledged was not told
  }

  #ring(): void {
    for (const { alarm } of this.#members) alarm.ring();
  }

  #forget(): void {
    this.#current = undefined;
    this.#covered = new Set();
  }

  #close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const subscription = this.#current;
    this.#forget();
    void subscription?.close();
  }
}
