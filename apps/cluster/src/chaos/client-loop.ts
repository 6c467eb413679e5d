import { setTimeout as pause } from "node:timers/promises";
import type { Call, Caller, CallKind, ClientKind, Outcome } from "./calls.js";
import { Cutter } from "./cutter.js";
import { messageOf } from "./towpath-clients.js";
import { TOTAL_TIMEOUT_MS } from "./patience.js";
import type { Random } from "./random.js";

/** How often each kind of call is made. */
const KINDS: Readonly<Record<CallKind, number>> = { quick: 6, slow: 2, ask: 2, task: 2 };

const [SHORTEST_MS, LONGEST_MS] = [1_000, 5_000];

/** Between two calls of one client, in ms, so that the nodes and not the clients are what is busy. */
const PAUSE_MS = 20;
/** After one that failed. */
const SETBACK_MS = 100;

/** One client that calls without pause, behind a connection that can be cut. */
export class ClientLoop {
  readonly calls: Call[] = [];
  /** Responses that nobody waited for. */
  readonly strays: string[] = [];
  /** When its connections were cut. */
  readonly cuts: number[] = [];
  readonly number: number;
  readonly #kind: ClientKind;
  readonly #random: Random;
  readonly #cutter: Cutter;
  #caller: Caller | undefined;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  static async start(number: number, kind: ClientKind, random: Random, origin: string): Promise<ClientLoop> {
    const loop = new ClientLoop(number, kind, random, await Cutter.before(origin));
    loop.#done = loop.#run();
    return loop;
  }

  private constructor(number: number, kind: ClientKind, random: Random, cutter: Cutter) {
    this.number = number;
    this.#kind = kind;
    this.#random = random;
    this.#cutter = cutter;
  }

  get transport(): string {
    return this.#kind.transport;
  }

  /** @returns how many connections there were to cut */
  cut(): number {
    this.cuts.push(performance.now());
    return this.#cutter.cut();
  }

  /** Makes no further call. Settles when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
    await this.#caller?.close().catch(() => undefined);
    await this.#cutter.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const caller = await this.#connected();
      if (caller === undefined) {
        await pause(SETBACK_MS);
        continue;
      }
      const { outcome } = await this.#call(caller);
      await pause(outcome.kind === "result" ? PAUSE_MS : SETBACK_MS);
    }
  }

  async #connected(): Promise<Caller | undefined> {
    if (this.#caller?.isUsable === true) return this.#caller;
    await this.#caller?.close().catch(() => undefined);
    this.#caller = undefined;
    try {
      this.#caller = await this.#kind.connect(this.#cutter.url, (description) =>
        this.strays.push(description),
      );
    } catch {
      // Nothing was called yet, so there is nothing to account for.
    }
    return this.#caller;
  }

  async #call(caller: Caller): Promise<Call> {
    const kind = this.#random.pick(KINDS);
    const ms = this.#random.between(SHORTEST_MS, LONGEST_MS);
    const id = `${String(this.number)}-${String(this.calls.length)}`;
    const progress: number[] = [];
    let taskId: string | undefined;
    const beganAt = performance.now();
    const outcome = await inTime(
      caller.call({
        ...{ id, kind, ms },
        onProgress: (at) => progress.push(at),
        onTask: (accepted) => (taskId = accepted),
      }),
    );
    const { transport, resumable, keepsTasks } = this.#kind;
    const call = { id, kind, client: this.number, transport, beganAt, progress, outcome };
    const endedAt = performance.now();
    const ended: Call =
      taskId === undefined
        ? { ...call, resumable, endedAt }
        : { ...call, resumable: keepsTasks, taskId, endedAt };
    this.calls.push(ended);
    return ended;
  }
}

/** A client that lets a call hang in spite of its timeout is found out here. */
async function inTime(calling: Promise<Outcome>): Promise<Outcome> {
  const over = new AbortController();
  const hung = pause(2 * TOTAL_TIMEOUT_MS, undefined, { signal: over.signal }).then((): Outcome => ({
    kind: "error",
    error: "hung",
    message: "the call never ended",
  }));
  hung.catch(() => undefined);
  try {
    return await Promise.race([calling, hung]);
  } catch (error) {
    return { kind: "error", error: "unnamed", message: messageOf(error) };
  } finally {
    over.abort();
  }
}
