import type { Nodes } from "../../contract/index.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";

/** How long somebody who asked for a task is taken to wait for more of it, in ms. */
const INTEREST_MS = 60_000;

/** Nodes that are watched at a time; those that were of interest longest ago are let go. */
const MAX_WATCHED = 1_000;

interface Watched {
  readonly stop: () => void;
  /** How many wait for tasks of it right now. */
  holds: number;
  /** Until when it is watched in any case. */
  until: number;
}

/** The nodes on which tasks run that somebody here waits for. */
export class NodeWatch {
  readonly #nodes: Nodes | undefined;
  readonly #clock: Clock;
  readonly #gone: (node: string) => void;
  readonly #watched = new Map<string, Watched>();
  #sweep: Scheduled | undefined;

  /** @param gone called once for a node that is gone; what runs on it never ends by itself */
  constructor(nodes: Nodes | undefined, clock: Clock, gone: (node: string) => void) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#gone = gone;
  }

  /** Somebody asked for a task of this node, and may do so again soon. */
  touch(node: string | undefined): void {
    this.#watch(node);
  }

  /** Somebody waits for a task of this node. Returns the way to say that it is over. */
  hold(node: string | undefined): () => void {
    const watched = this.#watch(node);
    if (watched === undefined) return () => undefined;
    watched.holds += 1;
    let held = true;
    return () => {
      if (held) watched.holds -= 1;
      held = false;
    };
  }

  close(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
  }

  #watch(node: string | undefined): Watched | undefined {
    if (node === undefined || this.#nodes === undefined || this.#nodes.id === node) return undefined;
    const watched = this.#watched.get(node) ?? this.#begin(node, this.#nodes);
    watched.until = this.#clock.now() + INTEREST_MS;
    this.#sweep ??= this.#clock.schedule(INTEREST_MS, this.#letGo);
    return watched;
  }

  #begin(node: string, nodes: Nodes): Watched {
    if (this.#watched.size >= MAX_WATCHED) {
      const first = this.#watched.keys().next();
      if (first.done !== true) this.#end(first.value);
    }
    const stop = nodes.watch(node, () => {
      this.#watched.delete(node);
      this.#gone(node);
    });
    const watched: Watched = { stop, holds: 0, until: 0 };
    this.#watched.set(node, watched);
    return watched;
  }

  readonly #letGo = (): void => {
    const now = this.#clock.now();
    for (const [node, { holds, until }] of this.#watched) if (holds === 0 && until <= now) this.#end(node);
    this.#sweep = this.#watched.size === 0 ? undefined : this.#clock.schedule(INTEREST_MS, this.#letGo);
  };

  #end(node: string): void {
    this.#watched.get(node)?.stop();
    this.#watched.delete(node);
  }
}
