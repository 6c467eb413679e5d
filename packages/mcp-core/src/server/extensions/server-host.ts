import type { Nodes } from "../../contract/index.js";
import type { ExtensionHost, HearOptions, Hearing } from "../../extension/server.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Clock } from "../../protocol/clock.js";
import { unwatched } from "../../protocol/promises.js";
import type { Implementation } from "../../protocol/types.js";
import type { State } from "../../state/contract.js";
import { memoryState } from "../../state/memory/memory-state.js";
import type { Change, Changes } from "../changes/changes.js";

export interface ServerHostOptions {
  readonly info: Implementation;
  readonly state: State | undefined;
  readonly nodes: Nodes | undefined;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly report: (error: unknown) => void;
}

/** A server as its extensions see it. */
export class ServerHost implements ExtensionHost {
  readonly info: Implementation;
  readonly nodes: Nodes | undefined;
  readonly clock: Clock;
  readonly #changes: Changes;
  readonly #report: (error: unknown) => void;
  #state: State | undefined;

  constructor({ info, state, nodes, clock, changes, report }: ServerHostOptions) {
    this.info = info;
    this.nodes = nodes;
    this.clock = clock;
    this.#changes = changes;
    this.#report = report;
    this.#state = state;
  }

  get state(): State {
    this.#state ??= memoryState({ clock: this.clock });
    return this.#state;
  }

  announce(method: string, params?: JsonObject, channel?: string): void {
    this.#changes.announce(method, params, { channel });
  }

  hear(
    method: string,
    heard: (params: JsonObject | undefined) => void,
    { channel, missed }: HearOptions = {},
  ): Hearing {
    const begun = unwatched(this.#changes.start());
    const hear = (change: Change): void => {
      if (change.method === method) heard(change.params);
    };
    return channel === undefined
      ? { begun, stop: this.#changes.hear(hear, { missed }) }
      : this.#changes.hearOn(channel, hear, { missed });
  }

  report(error: unknown): void {
    this.#report(error);
  }
}
