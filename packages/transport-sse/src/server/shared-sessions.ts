import { StateUnavailableError, type JsonValue, type State } from "@towpath/mcp-core";
import {
  BusyError,
  fireAndForget,
  InvalidRequestError,
  isObject,
  ShuttingDownError,
  systemClock,
  type Clock,
  type Nodes,
  type Principal,
} from "@towpath/mcp-core/transport";
import { asClaimed, requestIdIn, type HandedOver } from "./handover-json.js";
import { Handovers } from "./handovers.js";
import { inTime, LATE } from "./in-time.js";
import type { MessageRefusal } from "./message.js";
import { GONE } from "./sessions.js";
import { busyIfFull } from "./state-errors.js";

/** How long a session is known after the last sign of its node, in ms. */
const TTL_MS = 30_000;

/** How often a node says that its sessions are there, in ms. */
const HEARTBEAT_MS = 10_000;

/** How many are renewed at a time. */
const RENEWED_AT_ONCE = 100;

/** How long the state may take to renew one, in ms; then it is left for the next time. */
const RENEW_MS = 5_000;

/** How long the state may take to hear that this node ends, in ms. */
const CLOSE_MS = 500;

/** What others have to know of a session. */
export interface OwnSession {
  readonly owner: string | undefined;
}

/** Where the stream of a session is. */
export interface Whereabouts {
  /** Takes its messages. */
  readonly endpoint: string;
  /** Which of the nodes has it, where that is known. */
  readonly node: string | undefined;
}

export interface SharedSessionsOptions {
  readonly state: State;
  /** Absent where nobody knows which nodes there are. */
  readonly nodes: Nodes | undefined;
  /** The paths of the endpoint: another one has other sessions. */
  readonly paths: readonly string[];
  /** That there may be at a time, on all nodes. */
  readonly maxSessions: number;
  readonly clock: Clock;
  /** The time of day, in ms, as all nodes know it. */
  readonly now: () => number;
  /** The sessions whose streams are open here. */
  readonly own: ReadonlyMap<string, OwnSession>;
  /** Takes a message into one of them. */
  readonly take: (message: HandedOver) => MessageRefusal | undefined;
  readonly report: (error: unknown) => void;
}

/** What several nodes know of each other's sessions, so that any of them can take any message. */
export class SharedSessions {
  readonly #options: SharedSessionsOptions;
  /** A node may have several with the same sessions, such as on two ports. */
  readonly #endpoint = crypto.randomUUID();
  readonly #handovers: Handovers;
  /** What the names of all records begin with; no path has a blank in it. */
  readonly #prefix: string;
  readonly #index: string;
  /** Settles once others know this node, and their messages arrive here; gives the way to undo both. */
  #serving: Promise<() => Promise<void>> | undefined;
  readonly #forgetting = new Set<Promise<unknown>>();
  #beating = false;
  #closed = false;

  constructor(options: SharedSessionsOptions) {
    this.#options = options;
    const { clock, now, paths, take } = options;
    this.#prefix = `towpath/sse/session ${paths.join(" ")} `;
    this.#index = `towpath/sse/sessions ${paths.join(" ")}`;
    const { bus } = options.state;
    this.#handovers = new Handovers({ bus, endpoint: this.#endpoint, clock, now, take });
  }

  /**
   * Makes a session known that is about to be opened here.
   * @throws BusyError when there are as many as there may be, or the state is full; TypeError for a principal that
   *   other nodes could not be told of
   */
  async create(id: string, principal: Principal | undefined): Promise<void> {
    if (this.#closed) throw new ShuttingDownError();
    if (principal !== undefined) asClaimed(principal);
    const { maxSessions } = this.#options;
    const owner = principal?.id;
    const outcome = await this.#create(id, owner).catch((error: unknown) => {
      throw busyIfFull(error);
    });
    if (outcome !== "created")
      throw new BusyError(`${String(maxSessions)} sessions are open, the most there may be (maxSessions)`);
  }

  /** It is open: from now on it is kept known. */
  opened(): void {
    this.#beat();
  }

  /** Where a session is, if it belongs to this principal, and not here. */
  async find(id: string, principal: Principal | undefined): Promise<Whereabouts | undefined> {
    const value = (await this.#options.state.records.get(this.#nameOf(id)))?.value;
    const { owner, node, endpoint } = isObject(value) ? value : {};
    if (typeof endpoint !== "string" || owner !== (principal?.id ?? null)) return undefined;
    // What has ended here may be known still.
    if (endpoint === this.#endpoint) return undefined;
    return { endpoint, node: typeof node === "string" ? node : undefined };
  }

  /** Hands a message over. Gives why it was not taken, if it was not. */
  async handOver({ endpoint, node }: Whereabouts, message: HandedOver): Promise<MessageRefusal | undefined> {
    const outcome = await this.#handovers.handOver(endpoint, message);
    if (outcome.kind === "taken") return undefined;
    if (outcome.kind === "refused") return outcome.refusal;
    const id = requestIdIn(message.sent);
    if (await this.#isGone(node)) {
      void this.forget(message.session);
      return { status: 404, error: new InvalidRequestError(GONE), id };
    }
    // It may be cut off from the state for a moment, with its streams open.
    const text = "The node that has this session cannot be reached just now, and has not taken this";
    return { status: 503, error: new BusyError(text), id };
  }

  /** A session has ended. Never rejects. */
  async forget(id: string): Promise<void> {
    const { records } = this.#options.state;
    const forgetting = records.delete(this.#nameOf(id)).catch((error: unknown) => this.#report(error));
    this.#forgetting.add(forgetting);
    await forgetting;
    this.#forgetting.delete(forgetting);
  }

  /** Takes no messages of others any more. Waits for the state, but not for one that hangs. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      // Whatever time it is elsewhere, a process is to end.
      const closed = await inTime(systemClock, CLOSE_MS, async () => {
        const stop = await this.#serving;
        await stop?.();
        await Promise.all(this.#forgetting);
      });
      if (closed === LATE)
        throw new Error(`The state did not answer within ${String(CLOSE_MS)} ms of a drain`);
    } catch (error) {
      this.#report(error);
    }
  }

  /** A state that is away says so itself; what could not be told to it then runs out, or is told again. */
  #report(error: unknown): void {
    if (!(error instanceof StateUnavailableError)) this.#options.report(error);
  }

  async #create(id: string, owner: string | undefined): Promise<string> {
    const { state, maxSessions } = this.#options;
    this.#serving ??= this.#serve();
    await this.#serving;
    const { outcome } = await state.records.create(this.#nameOf(id), this.#record(owner), {
      ttlMs: TTL_MS,
      indexes: [this.#index],
      atMost: maxSessions === Infinity ? [] : [{ index: this.#index, count: maxSessions }],
    });
    return outcome;
  }

  #nameOf(id: string): string {
    return `${this.#prefix}{${id}}`;
  }

  #record(owner: string | undefined): JsonValue {
    return { owner: owner ?? null, node: this.#options.nodes?.id ?? null, endpoint: this.#endpoint };
  }

  async #isGone(node: string | undefined): Promise<boolean> {
    const { nodes } = this.#options;
    return nodes !== undefined && node !== undefined && !(await nodes.isThere(node));
  }

  async #serve(): Promise<() => Promise<void>> {
    const { nodes } = this.#options;
    try {
      const stop = await this.#handovers.serve();
      await nodes?.join().catch((error: unknown) => {
        fireAndForget(stop);
        throw error;
      });
      return async () => {
        await Promise.all([stop(), nodes?.leave()]);
      };
    } catch (error) {
      this.#serving = undefined; // tried again with the next session
      throw error;
    }
  }

  /** One timer for all sessions; it runs out by itself when there are none. */
  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#options.clock.schedule(HEARTBEAT_MS, () => void this.#renewAll());
  }

  /** Never rejects. */
  async #renewAll(): Promise<void> {
    const { own } = this.#options;
    const ids = [...own.keys()].values();
    const failures: unknown[] = [];
    const renewSome = async (): Promise<void> => {
      for (const id of ids) await this.#renew(id).catch((error: unknown) => void failures.push(error));
    };
    await Promise.all(Array.from({ length: Math.min(RENEWED_AT_ONCE, own.size) }, renewSome));
    // One tells of all: they have one state.
    if (failures.length > 0) this.#report(failures[0]);
    this.#beating = false;
    if (!this.#closed && own.size > 0) this.#beat();
  }

  async #renew(id: string): Promise<void> {
    if (!this.#options.own.has(id)) return; // it has ended since
    const renewed = await inTime(this.#options.clock, RENEW_MS, () => this.#touch(id));
    if (renewed === LATE)
      throw new Error(`The state did not renew a session within ${String(RENEW_MS)} ms (and perhaps others)`);
  }

  async #touch(id: string): Promise<void> {
    const { own, state } = this.#options;
    if (await state.records.touch(this.#nameOf(id), TTL_MS)) return;
    const session = own.get(id);
    if (session === undefined) return;
    // The state was away for too long, or has lost it.
    const record = this.#record(session.owner);
    await state.records.set(this.#nameOf(id), record, { ttlMs: TTL_MS, indexes: [this.#index] });
    if (!own.has(id)) await this.forget(id);
  }
}
