import type { JsonValue, State } from "@towpath/mcp-core";
import {
  BusyError,
  InternalError,
  isObject,
  ShuttingDownError,
  type Clock,
  type Principal,
} from "@towpath/mcp-core/transport";
import { requestIdIn, type HandedOver } from "./handover-json.js";
import { Handovers } from "./handovers.js";
import type { MessageRefusal } from "./message.js";
import { busyIfFull } from "./state-errors.js";

/** How long a session is known after the last sign of its node, in ms. */
const TTL_MS = 90_000;

/** How often a node says that its sessions are there, in ms. */
const HEARTBEAT_MS = 30_000;

/** How many are renewed at a time. */
const HEARTBEAT_BATCH = 100;

const INDEX = "towpath/sse/sessions";

/** What others have to know of a session. */
export interface OwnSession {
  readonly owner: string | undefined;
}

export interface SharedSessionsOptions {
  readonly state: State;
  /** That there may be at a time, on all nodes. */
  readonly maxSessions: number;
  readonly clock: Clock;
  /** The sessions whose streams are open here. */
  readonly own: ReadonlyMap<string, OwnSession>;
  /** Takes a message into one of them. */
  readonly take: (message: HandedOver) => MessageRefusal | undefined;
  readonly report: (error: unknown) => void;
}

/** What several nodes know of each other's sessions, so that any of them can take any message. */
export class SharedSessions {
  readonly #options: SharedSessionsOptions;
  readonly #node = crypto.randomUUID();
  readonly #handovers: Handovers;
  /** Settles once messages of others arrive here; gives the way to have no more of them. */
  #serving: Promise<() => Promise<void>> | undefined;
  readonly #forgetting = new Set<Promise<unknown>>();
  #beating = false;
  #closed = false;

  constructor(options: SharedSessionsOptions) {
    this.#options = options;
    const { clock, take, report } = options;
    this.#handovers = new Handovers({ bus: options.state.bus, node: this.#node, clock, take, report });
  }

  /**
   * Makes a session known that is about to be opened here.
   * @throws BusyError when there are as many as there may be, or the state is full
   */
  async create(id: string, owner: string | undefined): Promise<void> {
    if (this.#closed) throw new ShuttingDownError();
    const { maxSessions } = this.#options;
    const outcome = await this.#create(id, owner).catch((error: unknown) => {
      throw busyIfFull(error);
    });
    if (outcome !== "created")
      throw new BusyError(`${String(maxSessions)} sessions are open, the most there may be (maxSessions)`);
    this.#beat();
  }

  /** Where a session is, if it belongs to this principal: the node to hand its messages over to. */
  async find(id: string, principal: Principal | undefined): Promise<string | undefined> {
    const record = await this.#options.state.records.get(nameOf(id));
    const value = record?.value;
    if (!isObject(value) || typeof value["node"] !== "string") return undefined;
    // What has ended here may be known still.
    if (value["owner"] !== (principal?.id ?? null) || value["node"] === this.#node) return undefined;
    return value["node"];
  }

  /** Hands a message over. Gives why it was not taken, if it was not. */
  async handOver(node: string, message: HandedOver): Promise<MessageRefusal | undefined> {
    const outcome = await this.#handovers.handOver(node, message);
    if (outcome.kind === "taken") return undefined;
    if (outcome.kind === "refused") return outcome.refusal;
    // It has gone without a word, and its streams with it. If it comes back, it makes its sessions known again.
    void this.forget(message.session);
    const error = new InternalError("The node that has this session does not answer, and has not taken this");
    return { status: 503, error, id: requestIdIn(message.sent) };
  }

  /** A session has ended. Never rejects. */
  async forget(id: string): Promise<void> {
    const { state, report } = this.#options;
    const forgetting = state.records.delete(nameOf(id)).catch(report);
    this.#forgetting.add(forgetting);
    await forgetting;
    this.#forgetting.delete(forgetting);
  }

  /** Takes no messages of others any more. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      const stop = await this.#serving;
      await stop?.();
      await Promise.all(this.#forgetting);
    } catch (error) {
      this.#options.report(error);
    }
  }

  async #create(id: string, owner: string | undefined): Promise<string> {
    const { state, maxSessions } = this.#options;
    this.#serving ??= this.#serve();
    await this.#serving;
    const { outcome } = await state.records.create(nameOf(id), this.#record(owner), {
      ttlMs: TTL_MS,
      indexes: [INDEX],
      atMost: maxSessions === Infinity ? [] : [{ index: INDEX, count: maxSessions }],
    });
    return outcome;
  }

  #record(owner: string | undefined): JsonValue {
    return { owner: owner ?? null, node: this.#node };
  }

  async #serve(): Promise<() => Promise<void>> {
    try {
      return await this.#handovers.serve();
    } catch (error) {
      this.#serving = undefined; // tried again with the next session
      throw error;
    }
  }

  /** One timer for all sessions; it runs out by itself when there are none. */
  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#options.clock.schedule(HEARTBEAT_MS, () => {
      void this.#renew()
        .catch(this.#options.report)
        .then(() => {
          this.#beating = false;
          if (!this.#closed && this.#options.own.size > 0) this.#beat();
        });
    });
  }

  async #renew(): Promise<void> {
    const ids = [...this.#options.own.keys()];
    for (let at = 0; at < ids.length; at += HEARTBEAT_BATCH)
      await Promise.all(ids.slice(at, at + HEARTBEAT_BATCH).map((id) => this.#renewOne(id)));
  }

  async #renewOne(id: string): Promise<void> {
    const { own, state } = this.#options;
    if (await state.records.touch(nameOf(id), TTL_MS)) return;
    const session = own.get(id);
    if (session === undefined) return; // it has ended since
    // The state was away for too long, or has lost it.
    await state.records.set(nameOf(id), this.#record(session.owner), { ttlMs: TTL_MS, indexes: [INDEX] });
    if (!own.has(id)) await this.forget(id);
  }
}

function nameOf(id: string): string {
  return `towpath/sse/session/${id}`;
}
