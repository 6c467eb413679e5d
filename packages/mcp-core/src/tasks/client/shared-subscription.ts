import type { ChangeFilter, ChangeSubscription } from "../../extension/changes.js";
import type { ClientExtensionHost } from "../../extension/client.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Scheduled } from "../../protocol/clock.js";
import { following, type Following } from "./following.js";
import { mayPass } from "./patiently.js";
import type { TaskRun } from "./task-run.js";

/** Tasks that are begun together are subscribed to together. */
const GATHERED_MS = 100;
/** Between two subscriptions. */
const SPACING_MS = 250;
/** After one that failed, or of which nothing was agreed to. */
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
  /** Tasks that were asked for last, and agreed to or not. */
  #asked: ReadonlySet<string> = new Set();
  #timer: Scheduled | undefined;
  #notBefore = -Infinity;
  /** Under way while the server has not acknowledged. */
  #asking: Following | undefined;
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
      else this.#schedule(); // there may be room for one that had none
    };
  }

  #schedule(): void {
    if (this.#isRefused || this.#asking !== undefined || this.#timer !== undefined || !this.#isIncomplete)
      return;
    const { clock } = this.#host;
    const ms = Math.max(GATHERED_MS, this.#notBefore - clock.now());
    this.#timer = clock.schedule(ms, () => {
      this.#timer = undefined;
      void this.#subscribe();
    });
  }

  /** Those that have been seen to for longest. */
  #wanted(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const { id } of this.#members) if (ids.add(id).size >= MAX_TASKS) break;
    return ids;
  }

  get #isIncomplete(): boolean {
    for (const id of this.#wanted()) if (!this.#asked.has(id)) return true;
    return false;
  }

  async #subscribe(): Promise<void> {
    const { clock, closing } = this.#host;
    const before = this.#current;
    const asked = this.#wanted();
    const asking = following(closing);
    this.#asking = asking;
    this.#notBefore = clock.now() + SPACING_MS;
    try {
      const filter: ChangeFilter & { readonly taskIds: readonly string[] } = { taskIds: [...asked] };
      const { signal } = asking.stop;
      const next = await this.#host.listen(filter, ignore, { signal, onMissed: () => this.#ring() });
      this.#asked = asked;
      this.#use(next);
      await before?.close();
    } catch (error) {
      this.#isRefused = error instanceof ProtocolError && !mayPass(error);
      if (!asking.stop.signal.aborted) this.#notBefore = clock.now() + AGAIN_MS;
    } finally {
      asking.leave();
      this.#asking = undefined;
    }
    if (this.#members.size === 0) this.#close();
    else this.#schedule();
  }

  #use(next: ChangeSubscription): void {
    const { taskIds } = next.filter;
    const covered: readonly JsonValue[] = Array.isArray(taskIds) ? taskIds : [];
    if (covered.length === 0) {
      this.#notBefore = this.#host.clock.now() + AGAIN_MS;
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
    this.#asked = new Set();
  }

  #close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asking?.stop.abort(new DOMException("There are no tasks any more", "AbortError"));
    const subscription = this.#current;
    this.#forget();
    void subscription?.close();
  }
}
